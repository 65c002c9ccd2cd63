package org.hearthd.transport.junixsocket;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.file.Files;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.UnixAddress;
import org.junit.jupiter.api.Test;

final class PathWithAtTest {
    @Test
    void aRelativePathThatBeginsLikeAnAbstractNameIsAPath() throws Exception {
        JunixPackets packets = new JunixPackets();
        UnixAddress address = UnixAddress.of("@hearth-test-" + ProcessHandle.current().pid());
        try (PacketListener listener = packets.adoptListener(packets.listen(address, 0600, 5));
                PacketConnection client = packets.connect(address);
                PacketConnection server = listener.acceptNow()) {
            assertNotNull(server, client.toString());
        } finally {
            Files.deleteIfExists(address.path());
        }
    }
}
