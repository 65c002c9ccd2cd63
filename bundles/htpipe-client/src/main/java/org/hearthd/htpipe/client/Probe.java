package org.hearthd.htpipe.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.hearthd.transport.FullBacklogException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.UnixAddress;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command {@code htpipe.probe PATH}: is there a server? */
@Component(service = ToIntFunction.class, property = "hearth.command=htpipe.probe")
public final class Probe implements ToIntFunction<String[]> {
    private static final System.Logger LOG = System.getLogger(Probe.class.getName());
    private static final int CONNECTED = 0;
    private static final int FAILED = 1;
    private static final int NOBODY = 2;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private static final long PATIENCE_MS = 5000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final PacketTransport packets;
    private final long patienceNanos;

    /** Asks through that transport. */
    @Activate
    public Probe(@Reference PacketTransport packets) {
        this(packets, PATIENCE_MS);
    }

    /** Tries for so long to connect to a server whose queue of connections is full. */
    Probe(PacketTransport packets, long patienceMs) {
        this.packets = packets;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    }

    /**
     * Connects and closes again; for some seconds if the server's queue of connections is full.
     *
     * @param arguments the socket's path
     * @return 0 = a server listens, even if its queue stays full, 2 = nobody listens, 1 = that can not be found out or the path can not be
     *         used; why is logged
     */
    @Override
    public int applyAsInt(String[] arguments) {
        if (arguments.length != 1) {
            LOG.log(Level.ERROR, "htpipe.probe needs one argument, the path of the socket");
            return FAILED;
        }
        try (PacketConnection connection = connect(UnixAddress.of(arguments[0]))) {
            LOG.log(Level.DEBUG, () -> "a server listens: " + connection);
            return CONNECTED;
        } catch (FullBacklogException e) {
            LOG.log(Level.WARNING, () -> e.getMessage() + "; a server listens, but accepts nobody");
            return CONNECTED;
        } catch (ConnectException e) {
            LOG.log(Level.DEBUG, e::getMessage);
            return nobody(Path.of(arguments[0]));
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, e.getMessage());
            return FAILED;
        }
    }

    private PacketConnection connect(UnixAddress address) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return packets.connect(address);
            } catch (FullBacklogException e) {
                if (System.nanoTime() - begin > patienceNanos || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** The kernel also refuses to connect to what is no socket. */
    private static int nobody(Path path) {
        try {
            if (Files.exists(path) && ((Integer) Files.getAttribute(path, "unix:mode") & FILE_TYPE) != SOCKET) {
                LOG.log(Level.ERROR, path + " exists and is not a socket");
                return FAILED;
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> path + " has just gone", e);
        }
        return NOBODY;
    }
}
