package org.hearthd.itest.transport.jna;

import java.io.IOException;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamListener;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.UnixAddress;
import org.osgi.service.component.annotations.Component;

/** Stream sockets. */
@Component
public final class JnaStreams implements StreamTransport {
    private final UnixSockets sockets = new UnixSockets(Libc.SOCK_STREAM);

    @Override
    public StreamConnection connect(UnixAddress address) throws IOException {
        return new JnaStreamConnection(sockets.connect(address));
    }

    @Override
    public Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        return sockets.listen(address, mode, backlog);
    }

    @Override
    public StreamListener adoptListener(Fd listening) throws IOException {
        Acceptor acceptor = new Acceptor(listening);
        return new StreamListener() {
            @Override
            public StreamConnection accept() throws IOException {
                Fd client = acceptor.accept();
                return client == null ? null : new JnaStreamConnection(client);
            }

            @Override
            public void close() {
                acceptor.close();
            }
        };
    }

    @Override
    public StreamConnection adopt(Fd connected) throws IOException {
        return new JnaStreamConnection(connected);
    }

    @Override
    public FdPair pair() throws IOException {
        return sockets.pair();
    }
}
