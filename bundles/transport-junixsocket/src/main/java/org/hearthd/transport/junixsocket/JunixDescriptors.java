package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.UnixAddress;
import org.newsclub.net.unix.Fds;
import org.newsclub.net.unix.Sender;
import org.osgi.service.component.annotations.Component;

/** Descriptors by number, on junixsocket. */
@Component
public final class JunixDescriptors implements Descriptors {
    private static final System.Logger LOG = System.getLogger(JunixDescriptors.class.getName());
    private static final int NOTIFY_TIMEOUT_MS = 5000;

    /** A creator of descriptors; there may be any number of them. */
    public JunixDescriptors() {}

    @Override
    public Fd adopt(int number) throws IOException {
        try {
            Fds.closeOnExec(number);
        } catch (IOException e) {
            throw new IOException("cannot adopt descriptor " + number + ": " + e.getMessage(), e);
        }
        return new OwnedFd(number);
    }

    @Override
    public void nonBlocking(Fd fd, boolean on) throws IOException {
        Fds.nonBlocking(fd.number(), on);
    }

    @Override
    public ProcessBuilder.Redirect redirect(Fd fd) throws IOException {
        return Fds.redirect(fd.number());
    }

    @Override
    public OutputStream output(Fd fd) throws IOException {
        return new FdOutput(fd);
    }

    @Override
    public boolean isBound(UnixAddress address) throws IOException {
        try {
            new Sockets(Fds.DATAGRAMS).connect(address).close();
            return true;
        } catch (ConnectException e) {
            LOG.log(Level.DEBUG, () -> address + " is not bound: " + e.getMessage());
            return false;
        } catch (ProtocolException e) {
            LOG.log(Level.DEBUG, () -> address + " is bound: " + e.getMessage());
            return true;
        }
    }

    @Override
    public void notify(Path path, ByteBuffer message) throws IOException {
        try (Fd socket = new OwnedFd(Fds.connect(Fds.DATAGRAMS, path.toString()))) {
            Link link = new Link(socket);
            try {
                Sender sender = link.port(Sender::new);
                ByteBuffer data = ByteBuffer.allocateDirect(message.remaining()).put(message.duplicate());
                if (!sender.await(NOTIFY_TIMEOUT_MS) || sender.send(data, 0, data.capacity(), new int[0]) == 0) {
                    throw new IOException("its queue is full");
                }
            } finally {
                link.close();
            }
        } catch (IOException e) {
            throw new IOException("cannot notify " + path + ": " + e.getMessage(), e);
        }
    }
}
