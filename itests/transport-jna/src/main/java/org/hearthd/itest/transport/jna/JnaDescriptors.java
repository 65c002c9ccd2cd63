package org.hearthd.itest.transport.jna;

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
import org.osgi.service.component.annotations.Component;

/** Descriptors by number. */
@Component
public final class JnaDescriptors implements Descriptors {
    private static final System.Logger LOG = System.getLogger(JnaDescriptors.class.getName());
    private static final int NOTIFY_TIMEOUT_MS = 5000;

    @Override
    public Fd adopt(int number) throws IOException {
        try {
            Libc.check(Libc.fcntl(number, Libc.F_SETFD, Libc.FD_CLOEXEC));
            return new NumberFd(number);
        } catch (IOException e) {
            throw new IOException("cannot adopt descriptor " + number + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void nonBlocking(Fd fd, boolean on) throws IOException {
        int flags = Libc.check(Libc.fcntl(fd.number(), Libc.F_GETFL, 0));
        Libc.check(Libc.fcntl(fd.number(), Libc.F_SETFL, on ? flags | Libc.O_NONBLOCK : flags & ~Libc.O_NONBLOCK));
    }

    @Override
    public ProcessBuilder.Redirect redirect(Fd fd) throws IOException {
        return Redirects.of(fd.number());
    }

    @Override
    public OutputStream output(Fd fd) throws IOException {
        return new FdOutput(fd);
    }

    @Override
    public boolean isBound(UnixAddress address) throws IOException {
        try {
            new UnixSockets(Libc.SOCK_DGRAM).connect(address).close();
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
        try (Fd socket = new UnixSockets(Libc.SOCK_DGRAM).open()) {
            byte[] name = UnixSockets.sockaddr(path.toString());
            Libc.check(Libc.connect(socket.number(), name, name.length));
            Guard guard = new Guard(socket);
            try {
                if (!guard.await(Libc.POLLOUT, NOTIFY_TIMEOUT_MS)) {
                    throw new IOException("its queue is full");
                }
                new Outbound(guard).sendMessage(message);
            } finally {
                guard.close();
            }
        } catch (IOException e) {
            throw new IOException("cannot notify " + path + ": " + e.getMessage(), e);
        }
    }
}
