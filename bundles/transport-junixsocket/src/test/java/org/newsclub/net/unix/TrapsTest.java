package org.newsclub.net.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What junixsocket does by itself and must not do here. */
final class TrapsTest {
    @TempDir
    private Path dir;

    @Test
    void bindingLeavesAPathWhereNobodyListensAlone() throws Exception {
        Path path = dir.resolve("socket");
        Fds.close(Fds.bind(Fds.PACKETS, path.toString()));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        Object inode = Files.getAttribute(path, "unix:ino");
        assertThrows(IOException.class, () -> Fds.bind(Fds.PACKETS, path.toString()));
        assertEquals(inode, Files.getAttribute(path, "unix:ino"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void aPathOfTheGreatestLengthIsBoundWhole() throws Exception {
        Path path = dir.resolve("x".repeat(107 - dir.toString().length() - 1));
        Fds.close(Fds.bind(Fds.STREAM, path.toString()));
        assertTrue(Files.exists(path));
    }

    @Test
    void aReceivedNumberIsGivenOutOnce() throws Exception {
        int[] pair = Fds.pair(Fds.PACKETS);
        int[] wake = Fds.pipe();
        Sender sender = new Sender(pair[0], wake[0]);
        Receiver receiver = new Receiver(pair[1], wake[0]);
        ByteBuffer data = ByteBuffer.allocateDirect(1);
        sender.send(data, 0, 1, new int[] {wake[0]});
        assertEquals(1, receiver.receive(data, 1));
        int[] received = receiver.numbers();
        assertEquals(1, received.length);
        assertEquals(0, receiver.numbers().length);
        sender.close();
        receiver.close();
        for (int number : new int[] {pair[0], pair[1], wake[0], wake[1], received[0]}) {
            Fds.close(number);
        }
    }

    @Test
    void aPortThatLostItsNumberOpensAgain() throws Exception {
        int[] pair = Fds.pair(Fds.STREAM);
        int[] wake = Fds.pipe();
        Sender sender = new Sender(pair[0], wake[0]);
        Fds.close(pair[1]);
        ByteBuffer data = ByteBuffer.allocateDirect(1);
        for (int i = 0; i < 2; i++) {
            sender.ensureOpen(pair[0]);
            assertThrows(BrokenPipeSocketException.class, () -> sender.send(data, 0, 1, new int[0]));
            assertFalse(sender.fd.valid(), "junixsocket has closed the number");
        }
        Fds.closeOnExec(pair[0]);
        sender.close();
        for (int number : new int[] {pair[0], wake[0], wake[1]}) {
            Fds.close(number);
        }
    }
}
