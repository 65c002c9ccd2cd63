package org.hearthd.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.hearthd.Fd;

/** A process with few descriptors that receives more than it can hold. Arguments: the class of the packet transport. */
final class Exhausted {
    private Exhausted() {}

    /** Prints what it found; a test compares that. */
    public static void main(String... arguments) throws Exception {
        PacketTransport packets = (PacketTransport) Class.forName(arguments[0]).getConstructor().newInstance();
        FdPair pair = packets.pair();
        PacketConnection a = packets.adopt(pair.ours());
        PacketConnection b = packets.adopt(pair.theirs());
        FdPair spare = packets.pair();
        Fd fd = spare.ours();
        Packet packet = new Packet(3);
        // everything that is used below is loaded before descriptors run out
        a.send(bytes("x"), fd, fd, fd, fd);
        attempt(b, packet);
        a.send(bytes("x"), fd, fd, fd);
        b.receive(packet);
        packet.clear();
        Deque<Fd> all = new ArrayDeque<>();
        fill(fd, all);
        all.pop().close();
        all.pop().close();
        a.send(bytes("lost"), fd, fd, fd);
        String refused = attempt(b, packet);
        int free = fill(fd, all);
        all.forEach(Fd::close);
        a.send(bytes("next"), fd, fd, fd);
        System.out.println(refused + "; free again " + free + "; then " + b.receive(packet) + " bytes, " + packet.fds().size()
                + " descriptors");
    }

    private static String attempt(PacketConnection connection, Packet packet) {
        try {
            return "received " + connection.receive(packet);
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static int fill(Fd fd, Deque<Fd> all) {
        int count = 0;
        while (true) {
            try {
                all.push(fd.dup());
                count++;
            } catch (IOException e) {
                return count;
            }
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
