package org.hearthd.listeners;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.hearthd.net.NettyTcpSockets;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** What tests of this room share. */
final class World {
    static final JunixDescriptors DESCRIPTORS = new JunixDescriptors();
    static final NettyTcpSockets TCP = new NettyTcpSockets(DESCRIPTORS);

    private World() {}

    static ListenersService service() {
        return new ListenersService(TCP, new JunixStreams(), new JunixPackets(), DESCRIPTORS);
    }

    static ListenRequest tcp(String name, String address) {
        return new ListenRequest(name, ListenAddress.parse(address), ListenRequest.Type.STREAM, 16, 0600);
    }

    static ListenRequest unix(String name, Path path, ListenRequest.Type type) {
        return new ListenRequest(name, new ListenAddress(null, new UnixAddress(path)), type, 16, 0600);
    }

    static ListenRequest unix(Path path) {
        return unix("main", path, ListenRequest.Type.STREAM);
    }

    /** Whether somebody listens there. */
    static boolean answers(SocketAddress address) {
        try {
            SocketChannel.open(address).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean answers(Path path) {
        return answers(UnixDomainSocketAddress.of(path));
    }

    /** Listening numbers as a service manager leaves them: inheritable, consecutive; the first is returned. */
    static int inherit(SocketAddress... addresses) throws IOException {
        Deque<LinuxSocket> run = new ArrayDeque<>();
        List<LinuxSocket> fillers = new ArrayList<>();
        while (run.size() < addresses.length) {
            LinuxSocket next = addresses[run.size()] instanceof InetSocketAddress
                    ? LinuxSocket.newSocketStream(false)
                    : LinuxSocket.newSocketDomain();
            if (!run.isEmpty() && next.intValue() != run.getLast().intValue() + 1) {
                fillers.addAll(run);
                run.clear();
                fillers.add(next);
            } else {
                run.add(next);
            }
        }
        int first = run.getFirst().intValue();
        for (SocketAddress address : addresses) {
            LinuxSocket socket = run.removeFirst();
            socket.bind(address instanceof UnixDomainSocketAddress unix
                    ? new DomainSocketAddress(unix.getPath().toString())
                    : address);
            socket.listen(16);
        }
        for (LinuxSocket filler : fillers) {
            filler.close();
        }
        return first;
    }

    /** What is open when all that is opened once in a process is open. */
    static Set<String> baseline(Path path) throws IOException {
        for (ListenRequest request : List.of(unix(path), tcp("main", "127.0.0.1:0"))) {
            ListeningSocket socket = service().listen(request);
            answers(request.address().unix() == null ? socket.address().tcp() : UnixDomainSocketAddress.of(path));
            socket.stop();
        }
        return OpenDescriptors.list();
    }
}
