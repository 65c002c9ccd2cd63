package org.hearthd.lifecycle;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.hearthd.transport.Descriptors;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Tells whoever started the runtime how it is: the notification descriptor and NOTIFY_SOCKET. */
@Component(service = Notifier.class)
public final class Notifier {
    private static final System.Logger LOG = System.getLogger(Notifier.class.getName());

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;
    private final String descriptor;
    private final String socket;

    /** Reads what the launcher passed on. */
    @Activate
    public Notifier(BundleContext context) {
        this(context.getProperty("hearth.notification.fd"), context.getProperty("hearth.notify.socket"), null);
    }

    /** For tests: null where nobody is to be told. */
    Notifier(String descriptor, String socket, Descriptors descriptors) {
        this.descriptor = descriptor;
        this.socket = socket;
        this.descriptors = descriptors;
    }

    /** Why {@link #ready} could not do its work now. */
    Optional<String> unready() {
        return (descriptor != null || socket != null) && descriptors == null
                ? Optional.of("no transport is there to tell the supervisor with (org.hearthd.transport.Descriptors)")
                : Optional.empty();
    }

    /** Writes a newline to the notification descriptor and closes it, sends READY=1. Called once. */
    void ready() {
        if (descriptor != null) {
            tell("notification descriptor " + descriptor, this::newline);
        }
        send("READY=1\n");
    }

    /** Sends STOPPING=1. */
    void stopping() {
        send("STOPPING=1\n");
    }

    private void newline(Descriptors with) throws IOException {
        try (OutputStream out = with.output(with.adopt(Integer.parseInt(descriptor)))) {
            out.write('\n');
        }
    }

    private void send(String state) {
        if (socket != null) {
            tell("NOTIFY_SOCKET " + socket,
                    with -> with.notify(Path.of(socket), ByteBuffer.wrap(state.getBytes(StandardCharsets.US_ASCII))));
        }
    }

    private interface Action {
        void with(Descriptors descriptors) throws IOException;
    }

    private void tell(String whom, Action action) {
        Descriptors with = descriptors;
        if (with == null) {
            LOG.log(Level.ERROR, whom + " can not be told: there is no transport");
            return;
        }
        try {
            action.with(with);
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, whom + " can not be told", e);
        }
    }
}
