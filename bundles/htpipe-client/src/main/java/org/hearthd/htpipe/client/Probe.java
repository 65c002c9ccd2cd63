package org.hearthd.htpipe.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
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

    private final PacketTransport packets;

    /** Asks through that transport. */
    @Activate
    public Probe(@Reference PacketTransport packets) {
        this.packets = packets;
    }

    /**
     * Connects and closes again.
     *
     * @param arguments the socket's path
     * @return 0 = a server listens, 2 = nobody listens, 1 = that can not be found out or the path can not be used; why is logged
     */
    @Override
    public int applyAsInt(String[] arguments) {
        if (arguments.length != 1) {
            LOG.log(Level.ERROR, "htpipe.probe needs one argument, the path of the socket");
            return FAILED;
        }
        try (PacketConnection connection = packets.connect(UnixAddress.of(arguments[0]))) {
            LOG.log(Level.DEBUG, () -> "a server listens: " + connection);
            return CONNECTED;
        } catch (ConnectException e) {
            LOG.log(Level.DEBUG, e::getMessage);
            return nobody(Path.of(arguments[0]));
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, e.getMessage());
            return FAILED;
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
