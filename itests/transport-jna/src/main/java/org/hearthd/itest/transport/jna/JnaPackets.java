package org.hearthd.itest.transport.jna;

import java.io.IOException;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.UnixAddress;
import org.osgi.service.component.annotations.Component;

/** SEQPACKET sockets. */
@Component
public final class JnaPackets implements PacketTransport {
    private final UnixSockets sockets = new UnixSockets(Libc.SOCK_SEQPACKET);

    @Override
    public PacketConnection connect(UnixAddress address) throws IOException {
        return new JnaPacketConnection(sockets.connect(address));
    }

    @Override
    public Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        return sockets.listen(address, mode, backlog);
    }

    @Override
    public PacketListener adoptListener(Fd listening) throws IOException {
        Acceptor acceptor = new Acceptor(listening);
        return new PacketListener() {
            @Override
            public PacketConnection accept() throws IOException {
                Fd client = acceptor.accept();
                return client == null ? null : new JnaPacketConnection(client);
            }

            @Override
            public PacketConnection acceptNow() throws IOException {
                Fd client = acceptor.acceptNow();
                return client == null ? null : new JnaPacketConnection(client);
            }

            @Override
            public void close() {
                acceptor.close();
            }
        };
    }

    @Override
    public PacketConnection adopt(Fd connected) throws IOException {
        return new JnaPacketConnection(connected);
    }

    @Override
    public FdPair pair() throws IOException {
        return sockets.pair();
    }
}
