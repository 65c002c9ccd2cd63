package org.hearthd.transport.junixsocket;

import java.io.IOException;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamListener;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.UnixAddress;
import org.newsclub.net.unix.Fds;
import org.osgi.service.component.annotations.Component;

/** Stream sockets on junixsocket. */
@Component
public final class JunixStreams implements StreamTransport {
    private final Sockets sockets = new Sockets(Fds.STREAM);

    /** A transport; there may be any number of them. */
    public JunixStreams() {}

    @Override
    public StreamConnection connect(UnixAddress address) throws IOException {
        return new StreamLink(sockets.connect(address));
    }

    @Override
    public Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        return sockets.listen(address, mode, backlog);
    }

    @Override
    public StreamListener adoptListener(Fd listening) throws IOException {
        Clients<StreamConnection> clients = new Clients<>(new Listening(listening), StreamLink::new);
        return new StreamListener() {
            @Override
            public StreamConnection accept() throws IOException {
                return clients.accept();
            }

            @Override
            public void close() {
                clients.close();
            }

            @Override
            public String toString() {
                return clients.toString();
            }
        };
    }

    @Override
    public StreamConnection adopt(Fd connected) throws IOException {
        return new StreamLink(connected);
    }

    @Override
    public FdPair pair() throws IOException {
        return sockets.pair();
    }
}
