package org.hearthd.http;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import org.hearthd.Fd;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Binds what it is asked for. */
final class TestListeners implements Listeners {
    @Override
    public ListeningSocket listen(ListenRequest request) throws IOException {
        if (request.address().unix() != null) {
            Fd fd = new JunixStreams().listen(request.address().unix(), request.mode(), request.backlog());
            return new Bound(fd, request.address());
        }
        Epoll.ensureAvailability();
        LinuxSocket socket = LinuxSocket.newSocketStream(false);
        socket.setReuseAddress(true);
        try {
            socket.bind(request.address().tcp());
            socket.listen(request.backlog());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        InetSocketAddress real = socket.localAddress();
        return new Bound(new JunixDescriptors().adopt(socket.intValue()), new ListenAddress(real, null));
    }

    private record Bound(Fd fd, ListenAddress address) implements ListeningSocket {
        @Override
        public void handOver() {
            fd.close();
        }

        @Override
        public void stop() {
            fd.close();
            if (address.unix() != null) {
                try {
                    Files.deleteIfExists(address.unix().path());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
