package org.hearthd.shell;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.threadio.ThreadIO;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.UnixAddress;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Listens for {@code hearth ctl}. A runtime that can not be controlled still serves: whatever keeps the socket away is logged, and
 * holds nothing else up.
 */
@Component(service = {}, immediate = true, configurationPid = Settings.PID)
@Designate(ocd = ShellConfig.class)
public final class ControlSocket {
    private static final System.Logger LOG = System.getLogger(ControlSocket.class.getName());
    private static final int MODE = 0600;
    private static final int BACKLOG = 64;

    private final Listeners listeners;
    /** Where {@code hearth ctl} looks: the socket, or a symbolic link to it. */
    private final Path usual;
    private final Clients clients;
    private Settings settings;
    /** The lock guards these. */
    private StreamTransport streams;
    private Door door;

    /**
     * Acquires nothing but memory.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public ControlSocket(BundleContext context, ShellConfig config, @Reference Listeners listeners,
            @Reference CommandProcessor processor, @Reference ThreadIO io) throws IOException {
        this(Path.of(String.valueOf(context.getProperty("hearth.home"))), Settings.of(config), listeners,
                new Interpreter(processor, io, new Catalogue(context)::commands)::run);
    }

    /** For tests. */
    ControlSocket(Path home, Settings settings, Listeners listeners, Function<List<String>, Answer> commands) throws IOException {
        this.listeners = listeners;
        this.settings = settings;
        usual = home.resolve("run/ctl.sock");
        long own = Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        clients = new Clients(own, settings.commandTimeoutMs(), commands);
    }

    /** Another transport accepts from now on. */
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setStreams(StreamTransport transport) {
        streams = transport;
        if (door == null) {
            return;
        }
        try {
            door.open(transport);
        } catch (IOException e) {
            LOG.log(Level.ERROR, () -> "control socket: nobody is accepted with " + transport + ": " + e.getMessage(), e);
        }
    }

    synchronized void unsetStreams(StreamTransport transport) {
        if (streams == transport && door != null) {
            door.close();
        }
    }

    /** Begins to take commands. */
    @Activate
    synchronized void start() {
        try {
            door = listen(settings.address());
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "hearth ctl can not be used: " + e.getMessage() + " (" + Settings.PID + ": address)");
        }
    }

    /** @param wanted null for the usual place */
    private Door listen(UnixAddress wanted) throws IOException {
        UnixAddress address = wanted == null ? new UnixAddress(usual) : wanted;
        if (address.path().equals(usual)) {
            removeLink();
        }
        ListeningSocket socket = listeners
                .listen(new ListenRequest("ctl", new ListenAddress(null, address), ListenRequest.Type.STREAM, BACKLOG, MODE));
        Door opened = new Door(socket, clients::admit);
        try {
            link(socket.address());
            opened.open(streams);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.stop();
            throw e;
        }
    }

    /** HOME is ours alone: what stands at the usual place is our own, or was left by a process that was killed. */
    private void link(ListenAddress to) throws IOException {
        if (to.unix() == null) {
            throw new IOException(to + " is no Unix socket: nobody could say who is at the other end");
        }
        if (!to.unix().path().equals(usual)) {
            Files.deleteIfExists(usual);
            Files.createSymbolicLink(usual, to.unix().path().toAbsolutePath());
        }
    }

    private void removeLink() throws IOException {
        if (Files.isSymbolicLink(usual)) {
            Files.delete(usual);
        }
    }

    /**
     * Another address is listened on before the old one is given up.
     *
     * @throws IOException naming the address and the reason; what ran before goes on
     */
    @Modified
    synchronized void modified(ShellConfig config) throws IOException {
        Settings changed = Settings.of(config);
        if (door == null || !String.valueOf(changed.address()).equals(String.valueOf(settings.address()))) {
            Door old = door;
            door = listen(changed.address());
            if (old != null) {
                old.stop();
            }
        }
        settings = changed;
        clients.timeout(changed.commandTimeoutMs());
    }

    @Deactivate
    void stop() {
        synchronized (this) {
            if (door != null) {
                door.stop();
                door = null;
            }
            try {
                removeLink();
            } catch (IOException e) {
                LOG.log(Level.WARNING, usual + " stays behind: " + e.getMessage());
            }
        }
        clients.close();
    }
}
