package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link PacketTransport} does in a process of its own. */
public abstract class PacketProcessContract extends PacketQueueContract {
    @Test
    void controlDataTruncatedForWantOfDescriptorsIsRefusedAndLeaksNothing() throws Exception {
        String output = output("ulimit -n 100;", Exhausted.class);
        assertTrue(output.contains("ExhaustedTransportException; free again; then 4 bytes, 8 descriptors"), output);
    }

    /** The kernel exempts those who may administer the system; root without these capabilities is like everybody else. */
    @Test
    void moreDescriptorsOnTheirWayThanAProcessMayHoldAreRefusedAsSuchAndLaterOnesArrive() throws Exception {
        boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        String limits = "ulimit -n 100;" + (root ? " set -- setpriv --bounding-set=-sys_admin,-sys_resource \"$@\";" : "");
        String output = output(limits, TooManyOnTheirWay.class);
        assertTrue(output.contains("ExhaustedTransportException; all others arrived; then 3 bytes, 10 descriptors"), output);
    }

    @Test
    void aProcessTalksThroughItsDescriptorZero() throws Exception {
        FdPair pair = packets.pair();
        Process process = virtualMachine("", Zero.class, pair.theirs());
        try (PacketConnection ours = packets.adopt(pair.ours()); Packet packet = new Packet(1); Fd one = file("one")) {
            ours.send(bytes("hello"), one);
            assertEquals(5, ours.receive(packet));
            assertEquals("hello", text(packet));
            assertEquals("one", content(packet.fds().get(0)));
            assertEquals(-1, ours.receive(packet));
        }
        assertEquals(0, process.waitFor(), new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        close(process);
    }

    /** Runs that main and returns what it has printed. */
    private String output(String before, Class<?> main) throws Exception {
        Process process = virtualMachine(before, main, null);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        close(process);
        return output;
    }

    private static void close(Process process) throws IOException {
        process.getInputStream().close();
        process.getErrorStream().close();
        process.getOutputStream().close();
    }
}
