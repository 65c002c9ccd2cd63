package org.hearthd.transport.junixsocket;

import java.io.IOException;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.UnixAddress;
import org.newsclub.net.unix.Fds;
import org.osgi.service.component.annotations.Component;

/** SEQPACKET sockets on junixsocket. */
@Component
public final class JunixPackets implements PacketTransport {
    private final Sockets sockets = new Sockets(Fds.PACKETS);

    /** A transport; there may be any number of them. */
    public JunixPackets() {}

    @Override
    public PacketConnection connect(UnixAddress address) throws IOException {
        return PacketLink.ofOwn(sockets.connect(address), PacketLink.Senders.TWO);
    }

    @Override
    public Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        return sockets.listen(address, mode, backlog);
    }

    @Override
    public PacketListener adoptListener(Fd listening) throws IOException {
        Clients<PacketConnection> clients = new Clients<>(new Listening(listening),
                client -> PacketLink.ofOwn(client, PacketLink.Senders.ONE));
        return new PacketListener() {
            @Override
            public PacketConnection accept() throws IOException {
                return clients.accept();
            }

            @Override
            public PacketConnection acceptNow() throws IOException {
                return clients.acceptNow();
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
    public PacketConnection adopt(Fd connected) throws IOException {
        boolean nonBlocking = connected instanceof OwnedFd own && own.nonBlocking();
        // the kernel would make a second one wait that has been told of the same room as the first
        return new PacketLink(connected, nonBlocking, nonBlocking ? PacketLink.Senders.TWO : PacketLink.Senders.ONE);
    }

    @Override
    public FdPair pair() throws IOException {
        // nobody gets a duplicate of the end to keep: its calls need no poll before them
        FdPair pair = sockets.pair();
        try {
            Fds.nonBlocking(pair.ours().number(), true);
            return new FdPair(new OwnedFd(pair.ours().take().number(), true), pair.theirs());
        } catch (IOException e) {
            pair.close();
            throw e;
        }
    }
}
