package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.TcpSockets;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The sockets that the process was started with (LISTEN_FDS, sd_listen_fds(3)), descriptors 3 and up. Keeps the originals and gives
 * out duplicates, so that a socket can be had again after its user has ended.
 */
@Component(service = ListenerSource.class, property = "service.ranking:Integer=1000")
public final class InheritedSockets implements ListenerSource {
    private static final System.Logger LOG = System.getLogger(InheritedSockets.class.getName());
    private static final int FIRST = 3;

    private final int first;
    private final int count;
    private final List<String> names;
    private List<Inherited> sockets;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile TcpSockets tcp;

    private static final class Inherited {
        final String name;
        final Fd fd;
        boolean claimed;

        Inherited(String name, Fd fd) {
            this.name = name;
            this.fd = fd;
        }

        @Override
        public String toString() {
            return name + " (" + fd + ")";
        }
    }

    /** Reads what the launcher has found in the environment. */
    @Activate
    public InheritedSockets(BundleContext context) {
        this(FIRST, context.getProperty("hearth.listen.fds"), context.getProperty("hearth.listen.fdnames"));
    }

    /** Numbers from {@code first} on, for tests: there 3 belongs to somebody else. */
    InheritedSockets(int first, String fds, String fdnames) {
        this.first = first;
        count = count(fds);
        names = fdnames == null || fdnames.isEmpty() ? List.of() : Arrays.asList(fdnames.split(":", -1));
    }

    private static int count(String fds) {
        if (fds == null || fds.isEmpty()) {
            return 0;
        }
        if (!fds.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException("LISTEN_FDS is " + fds + ", not a number of descriptors");
        }
        return Integer.parseInt(fds);
    }

    /** Takes the numbers over as soon as there is a transport, so that no child process gets them; a later transport changes nothing. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setDescriptors(Descriptors descriptors) {
        if (sockets != null) {
            return;
        }
        sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = i < names.size() ? names.get(i) : "unknown";
            try {
                sockets.add(new Inherited(name, descriptors.adopt(first + i)));
            } catch (IOException e) {
                LOG.log(Level.ERROR, describe() + ": descriptor " + (first + i) + " (name " + name + "): " + e.getMessage());
            }
        }
    }

    void unsetDescriptors(Descriptors descriptors) {
        LOG.log(Level.DEBUG, () -> describe() + " keeps its sockets without " + descriptors);
    }

    void setTcp(TcpSockets sockets) {
        tcp = sockets;
    }

    @Override
    public synchronized Optional<Fd> find(ListenRequest request) throws IOException {
        if (sockets == null) {
            if (count > 0) {
                throw new IOException(describe() + ": no transport available");
            }
            return Optional.empty();
        }
        Optional<Inherited> match = best(request);
        if (match.isEmpty()) {
            return Optional.empty();
        }
        Fd duplicate = match.get().fd.dup();
        match.get().claimed = true;
        return Optional.of(duplicate);
    }

    /** By name; among several of that name, or if there is none, by address. */
    private Optional<Inherited> best(ListenRequest request) {
        List<Inherited> named = sockets.stream().filter(s -> s.name.equals(request.name())).toList();
        Predicate<Inherited> there = socket -> listensOn(socket, request.address());
        if (named.isEmpty()) {
            return sockets.stream().filter(there).findFirst();
        }
        return Stream.of(named.stream().filter(there), named.stream().filter(s -> !s.claimed), named.stream())
                .flatMap(all -> all)
                .findFirst();
    }

    private boolean listensOn(Inherited socket, ListenAddress wanted) {
        TcpSockets inspector = tcp;
        if (inspector == null) {
            return false;
        }
        try {
            SocketInfo info = inspector.inspect(socket.fd);
            if (info.address() instanceof InetSocketAddress address && wanted.tcp() != null) {
                return address.getPort() == wanted.tcp().getPort() && sameHost(address, wanted.tcp());
            }
            return info.address() instanceof UnixDomainSocketAddress address && wanted.unix() != null
                    && address.getPath().equals(wanted.unix().path());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> describe() + ": " + socket, e);
            return false;
        }
    }

    private static boolean sameHost(InetSocketAddress a, InetSocketAddress b) {
        return a.getAddress().equals(b.getAddress()) || a.getAddress().isAnyLocalAddress() && b.getAddress().isAnyLocalAddress();
    }

    /**
     * The third ending of a socket, never claimed: closes those for which nobody has asked and says so in the log. Their paths stay:
     * they belong to whoever made them.
     *
     * @return their names
     */
    public synchronized List<String> closeUnclaimed() {
        if (sockets == null) {
            return List.of();
        }
        List<Inherited> unclaimed = sockets.stream().filter(s -> !s.claimed).toList();
        for (Inherited socket : unclaimed) {
            LOG.log(Level.WARNING, describe() + ": nobody has claimed " + socket + ", it is closed");
            socket.fd.close();
        }
        sockets.removeAll(unclaimed);
        return unclaimed.stream().map(s -> s.name).toList();
    }

    @Deactivate
    synchronized void close() {
        closeUnclaimed();
        if (sockets != null) {
            sockets.forEach(s -> s.fd.close());
            sockets.clear();
        }
    }

    @Override
    public String describe() {
        return "LISTEN_FDS";
    }
}
