package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.UnixAddress;

/** A process with few descriptors. Argument: the path of a socket to be made. */
final class Crowded {
    private static final int MOST = 5;
    private static final JunixPackets PACKETS = new JunixPackets();

    private Crowded() {}

    /** Prints, for each number of free descriptors, what a client got in the end, and what became of a connection that was made here. */
    public static void main(String... arguments) throws Exception {
        UnixAddress address = UnixAddress.of(arguments[0]);
        try (PacketListener listener = PACKETS.adoptListener(PACKETS.listen(address, 0600, 5));
                FdPair spare = PACKETS.pair()) {
            // the first round loads what is used below
            round(listener, address, spare.ours(), MOST);
            for (int free = MOST; free >= 0; free--) {
                System.out.print(free + round(listener, address, spare.ours(), free));
            }
            for (int free = MOST; free >= 0; free--) {
                System.out.print(free + own(spare.ours(), free));
            }
        }
    }

    private static String round(PacketListener listener, UnixAddress address, Fd filler, int free) throws IOException {
        Deque<Fd> all = new ArrayDeque<>();
        try (PacketConnection client = PACKETS.connect(address); Packet packet = new Packet(16, 0)) {
            fill(filler, all);
            for (int i = 0; i < free; i++) {
                all.pop().close();
            }
            PacketConnection early = attempt(listener);
            all.forEach(Fd::close);
            try (PacketConnection server = early == null ? listener.acceptNow() : early) {
                if (server == null) {
                    return " lost; ";
                }
                server.send(ByteBuffer.wrap(new byte[] {1}));
                return client.receive(packet) == 1 ? " served; " : " ended; ";
            }
        }
    }

    private static String own(Fd filler, int free) throws IOException {
        Deque<Fd> all = new ArrayDeque<>();
        FdPair pair = PACKETS.pair();
        fill(filler, all);
        for (int i = 0; i < free; i++) {
            all.pop().close();
        }
        String what = " adopted, ";
        try {
            PACKETS.adopt(pair.ours()).close();
        } catch (IOException e) {
            what = " refused, ";
        }
        Deque<Fd> left = new ArrayDeque<>();
        fill(filler, left);
        all.forEach(Fd::close);
        left.forEach(Fd::close);
        pair.theirs().close();
        return what + left.size() + " left; ";
    }

    private static PacketConnection attempt(PacketListener listener) {
        try {
            return listener.acceptNow();
        } catch (IOException e) {
            return null;
        }
    }

    private static void fill(Fd fd, Deque<Fd> all) {
        try {
            while (true) {
                all.push(fd.dup());
            }
        } catch (IOException e) {
            all.peek();
        }
    }
}
