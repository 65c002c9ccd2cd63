package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;
import org.hearthd.transport.Await;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has a socket open besides this process. */
@Timeout(180)
class SocketHoldersTest {
    @Test
    void whatAProgramHasLeftIsKnownByItsSocketAndEndedEvenIfItIgnoresSigterm() throws Exception {
        FdPair pair = new JunixStreams().pair();
        SocketHolders holders;
        try (Fd ours = pair.ours(); Fd theirs = pair.theirs()) {
            holders = new SocketHolders(theirs);
            assertEquals(List.of(), holders.look());
            Process first = new ProcessBuilder("/bin/sh", "-c", "exec 3<&0; (trap '' TERM; exec sleep 1000) <&3 3<&- &")
                    .redirectInput(new JunixDescriptors().redirect(theirs)).start();
            assertEquals(0, first.waitFor());
        }
        List<ProcessHandle> left = holders.look();
        assertEquals(1, left.size());
        assertEquals(left, holders.look());
        holders.end("test", 50).get(60, TimeUnit.SECONDS);
        Await.until("its end", () -> holders.look().isEmpty());
        assertFalse(left.get(0).info().command().equals(ProcessHandle.current().info().command()));
    }
}
