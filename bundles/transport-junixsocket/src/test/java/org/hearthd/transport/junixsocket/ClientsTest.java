package org.hearthd.transport.junixsocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.UnixAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class ClientsTest {
    @TempDir
    private Path dir;

    @Test
    void aClientForWhomThereIsNoDescriptorIsServedWhenThereAreMore() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        Process process = new ProcessBuilder("sh", "-c", "ulimit -n 150; exec \"$@\"", "sh", java, "-cp",
                System.getProperty("java.class.path"), Crowded.class.getName(), dir.resolve("s").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(said.contains("5 served; 4 served; 3 served; 2 served; 1 served; 0 served; "), said);
        assertTrue(said.contains("5 adopted, 6 left; 4 refused, 5 left; 3 refused, 4 left; 2 refused, 3 left; 1 refused, 2 left; "
                + "0 refused, 1 left; "), said);
    }

    @Test
    void aClientWhoWaitsForDescriptorsGoesWithTheListener() throws Exception {
        JunixPackets packets = new JunixPackets();
        UnixAddress address = new UnixAddress(dir.resolve("s"));
        packets.pair().close();
        Set<String> before = OpenDescriptors.list();
        Clients<Fd> clients = new Clients<>(new Listening(packets.listen(address, 0600, 5)), fd -> {
            fd.close();
            throw new IOException("too few");
        });
        packets.connect(address).close();
        for (int i = 0; i < 2; i++) {
            String message = assertThrows(IOException.class, clients::acceptNow).getMessage();
            assertTrue(message.endsWith("yet: too few"), message);
        }
        clients.close();
        assertEquals(null, clients.accept());
        OpenDescriptors.assertNothingNew(before);
    }
}
