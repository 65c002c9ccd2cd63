package org.hearthd.listeners;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.TcpSockets;
import org.hearthd.transport.UnixAddress;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Asks the sources, then binds. What it needs is looked at when it is needed, so that the transport can be replaced. */
@Component
public final class ListenersService implements Listeners {
    private static final Comparator<Ranked> ORDER = Comparator.comparingInt(Ranked::ranking).reversed().thenComparing(Ranked::id);

    private record Ranked(ListenerSource source, int ranking, long id) {}

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile TcpSockets tcp;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile PacketTransport packets;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;

    /** Best first. */
    private volatile List<Ranked> sources = List.of();
    /** The sockets from sources that are in use, by what the kernel calls them, and for whom. */
    private final Map<String, String> inUse = new ConcurrentHashMap<>();

    /** For the component runtime, which sets the references. */
    @Activate
    public ListenersService() {}

    /** A service without a component runtime. */
    public ListenersService(TcpSockets tcp, StreamTransport streams, PacketTransport packets, Descriptors descriptors) {
        this.tcp = tcp;
        this.streams = streams;
        this.packets = packets;
        this.descriptors = descriptors;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void addSource(ListenerSource source, Map<String, Object> properties) {
        int ranking = properties.get("service.ranking") instanceof Integer i ? i : 0;
        long id = properties.get("service.id") instanceof Long l ? l : 0;
        sources = Stream.concat(sources.stream(), Stream.of(new Ranked(source, ranking, id))).sorted(ORDER).toList();
    }

    synchronized void removeSource(ListenerSource source) {
        sources = sources.stream().filter(known -> known.source != source).toList();
    }

    @Override
    public ListeningSocket listen(ListenRequest request) throws IOException {
        for (Ranked ranked : sources) {
            Optional<Fd> found = ranked.source.find(request);
            if (found.isPresent()) {
                return given(found.get(), request, ranked.source.describe());
            }
        }
        return request.address().unix() == null ? bindTcp(request) : bindUnix(request);
    }

    /** Checks a socket that comes from elsewhere. */
    private ListeningSocket given(Fd fd, ListenRequest request, String source) throws IOException {
        try {
            String what = source + ": " + fd + " (name " + request.name() + ")";
            SocketInfo info = UnixSockets.inspect(fd, tcp);
            if (!info.listening()) {
                throw new IOException(what + " does not listen");
            }
            if (!info.type().name().equals(request.type().name())) {
                throw new IOException(what + " is of type " + info.type() + ", " + request.type() + " is needed");
            }
            ListenAddress address = address(info, what);
            need(descriptors, "transport").nonBlocking(fd, true);
            String socket = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number())).toString();
            String user = inUse.putIfAbsent(socket, request.name());
            if (user != null) {
                throw new IOException(what + " is in use by " + user + " already");
            }
            return new OpenListener(fd, address, null, Optional.empty(), () -> inUse.remove(socket));
        } catch (IOException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private static ListenAddress address(SocketInfo info, String what) throws IOException {
        if (info.address() instanceof InetSocketAddress address) {
            return new ListenAddress(address, null);
        }
        if (info.address() instanceof UnixDomainSocketAddress address && !address.getPath().toString().isEmpty()) {
            return new ListenAddress(null, new UnixAddress(address.getPath()));
        }
        throw new IOException(what + " has no TCP address and no path");
    }

    private ListeningSocket bindTcp(ListenRequest request) throws IOException {
        if (request.type() != ListenRequest.Type.STREAM) {
            throw new IOException(request.address() + ": only Unix sockets carry packets");
        }
        TcpSockets sockets = need(tcp, "TCP sockets (offered by room net)");
        Fd fd = sockets.listen(request.address().tcp(), request.backlog());
        try {
            ListenAddress address = address(sockets.inspect(fd), request.address().toString());
            return new OpenListener(fd, address, null, Optional.empty(), () -> {});
        } catch (IOException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private ListeningSocket bindUnix(ListenRequest request) throws IOException {
        UnixAddress address = request.address().unix();
        Path path = address.path();
        try (PathLock lock = PathLock.of(path)) {
            SocketPath.removeStale(address, a -> need(descriptors, "transport").isBound(a));
            Fd fd = request.type() == ListenRequest.Type.STREAM
                    ? need(streams, "stream transport").listen(address, request.mode(), request.backlog())
                    : need(packets, "packet transport").listen(address, request.mode(), request.backlog());
            try {
                need(descriptors, "transport").nonBlocking(fd, true);
                return new OpenListener(fd, request.address(), path, SocketPath.identity(path), () -> {});
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(path);
                fd.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IOException("address " + address + ": " + e.getMessage(), e);
        }
    }

    private static <T> T need(T service, String what) throws IOException {
        if (service == null) {
            throw new IOException("no " + what + " available");
        }
        return service;
    }
}
