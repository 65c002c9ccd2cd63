package org.hearthd.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import org.hearthd.Fd;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.net.NettyTcpSockets;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Binds what it is asked for. */
final class TestListeners implements Listeners {
    private static final NettyTcpSockets TCP = new NettyTcpSockets(new JunixDescriptors());

    @Override
    public ListeningSocket listen(ListenRequest request) throws IOException {
        if (request.address().unix() != null) {
            Fd fd = new JunixStreams().listen(request.address().unix(), request.mode(), request.backlog());
            return new Bound(fd, request.address());
        }
        Fd fd = TCP.listen(request.address().tcp(), request.backlog());
        return new Bound(fd, new ListenAddress((InetSocketAddress) TCP.inspect(fd).address(), null));
    }

    private record Bound(Fd fd, ListenAddress address) implements ListeningSocket {
        @Override
        public boolean bound() {
            return true;
        }

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
