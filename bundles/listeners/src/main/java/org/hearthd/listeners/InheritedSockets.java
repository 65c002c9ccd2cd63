package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.TcpSockets;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
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
@Component(immediate = true, service = ListenerSource.class, property = "service.ranking:Integer=1000")
public final class InheritedSockets implements ListenerSource {
    private static final System.Logger LOG = System.getLogger(InheritedSockets.class.getName());
    private static final int FIRST = 3;
    private static final String READY = "(hearth.ready=true)";
    private static final int CLOSE_ON_EXEC = 02000000;

    private final int first;
    private final List<String> names;
    private Descriptors descriptors;
    private TcpSockets tcp;
    /** Those that were taken over, in the order of their numbers, and the numbers that were not yet. */
    private final List<Inherited> sockets = new ArrayList<>();
    private final List<Integer> pending;

    private static final class Inherited {
        final int number;
        final String name;
        final Fd fd;
        boolean claimed;

        Inherited(int number, String name, Fd fd) {
            this.number = number;
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
        pending = new ArrayList<>(IntStream.range(first, first + count(fds)).boxed().toList());
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

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setDescriptors(Descriptors service) {
        descriptors = service;
        adopt();
    }

    synchronized void unsetDescriptors(Descriptors service) {
        descriptors = descriptors == service ? null : descriptors;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setTcp(TcpSockets service) {
        tcp = service;
        adopt();
    }

    synchronized void unsetTcp(TcpSockets service) {
        tcp = tcp == service ? null : tcp;
    }

    /**
     * Lifecycle says that the runtime is ready: all that is configured works, so who has not asked by now does not know of his socket,
     * and a client that connects to it would wait for ever.
     */
    @Reference(service = Object.class, target = READY, cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setReady(ServiceReference<Object> marker) {
        closeUnclaimed();
    }

    void unsetReady(ServiceReference<Object> marker) {
        // what was closed stays closed
    }

    /** Takes the numbers over, once, as soon as that is possible, so that no child process gets them. */
    private void adopt() {
        if (descriptors != null) {
            pending.removeIf(this::isAdopted);
            sockets.sort(Comparator.comparingInt(socket -> socket.number));
        }
    }

    /** False if nobody can tell yet what it is. */
    private boolean isAdopted(int number) {
        String name = number - first < names.size() ? names.get(number - first) : "unknown";
        try {
            checkInherited(number);
            if (tcp == null && UnixSockets.inspect(number).isEmpty()) {
                return false;
            }
            Fd fd = descriptors.adopt(number);
            if (!UnixSockets.inspect(fd, tcp).listening()) {
                throw new IOException("it does not listen");
            }
            sockets.add(new Inherited(number, name, fd));
        } catch (IOException e) {
            LOG.log(Level.ERROR, describe() + ": descriptor " + number + " (name " + name + ") is left alone: " + e.getMessage());
        }
        return true;
    }

    /**
     * What was inherited has come through an exec. When this component starts a second time in one process, its numbers were closed
     * and may belong to somebody else by now; what this process opens itself is close-on-exec, or is no listening socket.
     */
    private static void checkInherited(int number) throws IOException {
        Path info = Path.of("/proc/self/fdinfo/" + number);
        if (!Files.exists(info)) {
            throw new IOException("it is not open");
        }
        if (!Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString().startsWith("socket:")) {
            throw new IOException("it is not a socket");
        }
        for (String line : Files.readAllLines(info)) {
            if (line.startsWith("flags:") && (Integer.parseInt(line.substring(6).strip(), 8) & CLOSE_ON_EXEC) != 0) {
                throw new IOException("it was not inherited, this process has opened it");
            }
        }
    }

    @Override
    public synchronized Optional<Fd> find(ListenRequest request) throws IOException {
        if (!pending.isEmpty() && (descriptors == null || request.address().tcp() != null)) {
            throw new IOException(describe() + ": no transport available");
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
        try {
            SocketInfo info = UnixSockets.inspect(socket.fd, tcp);
            if (info.address() instanceof InetSocketAddress address && wanted.tcp() != null) {
                return address.getPort() == wanted.tcp().getPort() && sameHost(address, wanted.tcp());
            }
            return info.address() instanceof UnixDomainSocketAddress address && wanted.unix() != null
                    && address.getPath().toAbsolutePath().equals(wanted.unix().path().toAbsolutePath());
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
        sockets.forEach(s -> s.fd.close());
        sockets.clear();
    }

    @Override
    public String describe() {
        return "LISTEN_FDS";
    }
}
