package org.hearthd.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Fd;

/** A process that sends more descriptors than it may hold to somebody who does not receive them. Argument: the packet transport's class. */
final class TooManyOnTheirWay {
    private static final int AT_ONCE = 10;
    private static final int MESSAGES = 100;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private TooManyOnTheirWay() {}

    /** What other processes of this user have on their way counts too. */
    private static void sendWhenOthersHaveRoom(PacketConnection to, Fd... many) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try {
                to.send(ByteBuffer.allocate(3), many);
                return;
            } catch (ExhaustedTransportException e) {
                if (System.nanoTime() - begin > PATIENCE_NANOS) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** Prints what it found; a test compares that. */
    public static void main(String... arguments) throws Exception {
        PacketTransport packets = (PacketTransport) Class.forName(arguments[0]).getConstructor().newInstance();
        FdPair pair = packets.pair();
        PacketConnection a = packets.adopt(pair.ours());
        PacketConnection b = packets.adopt(pair.theirs());
        FdPair spare = packets.pair();
        Fd[] many = new Fd[AT_ONCE];
        Arrays.fill(many, spare.ours());
        int sent = 0;
        String refused = "nothing refused";
        for (; sent < MESSAGES; sent++) {
            try {
                a.send(ByteBuffer.allocate(1), many);
            } catch (TransportException e) {
                refused = e.getClass().getSimpleName();
                break;
            }
        }
        a.send(ByteBuffer.allocate(2));
        int received = 0;
        Packet packet = new Packet(AT_ONCE);
        while (b.receive(packet) == 1) {
            received++;
            packet.fds().forEach(Fd::close);
            packet.clear();
        }
        sendWhenOthersHaveRoom(a, many);
        System.out.println(
                refused + (sent == received ? "; all others arrived; then " : "; of " + sent + " arrived " + received + "; then ")
                        + b.receive(packet) + " bytes, " + packet.fds().size() + " descriptors");
    }
}
