package org.hearthd.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;

/** A process with few descriptors that receives more than it can hold. Arguments: the class of the packet transport. */
final class Exhausted {
    private Exhausted() {}

    /** Far more than are free: the virtual machine opens and closes a few of its own meanwhile. */
    private static final int MANY = 8;

    /** Prints what it found; a test compares that. */
    public static void main(String... arguments) throws Exception {
        PacketTransport packets = (PacketTransport) Class.forName(arguments[0]).getConstructor().newInstance();
        FdPair pair = packets.pair();
        PacketConnection a = packets.adopt(pair.ours());
        PacketConnection b = packets.adopt(pair.theirs());
        FdPair spare = packets.pair();
        Fd fd = spare.ours();
        Packet packet = new Packet(MANY);
        // everything that is used below is loaded before descriptors run out
        a.send(bytes("x"), many(fd, MANY + 1));
        attempt(b, packet);
        a.send(bytes("x"), many(fd, MANY));
        b.receive(packet);
        packet.clear();
        Deque<Fd> all = new ArrayDeque<>();
        fill(fd, all);
        all.pop().close();
        all.pop().close();
        a.send(bytes("lost"), many(fd, MANY));
        String refused = attempt(b, packet);
        boolean free = freeAgain(fd, all);
        all.forEach(Fd::close);
        a.send(bytes("next"), many(fd, MANY));
        System.out.println(
                refused + (free ? "; free again" : "; leaked") + "; then " + b.receive(packet) + " bytes, " + packet.fds().size()
                        + " descriptors");
    }

    private static Fd[] many(Fd fd, int count) {
        Fd[] fds = new Fd[count];
        Arrays.fill(fds, fd);
        return fds;
    }

    /** Whether the two are free that were free before; the virtual machine itself may hold one for a moment. */
    private static boolean freeAgain(Fd fd, Deque<Fd> all) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        int free = 0;
        while (free < 2 && System.nanoTime() < end) {
            free += fill(fd, all);
        }
        return free >= 2;
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
