package org.hearthd.scgi;

import io.netty.channel.epoll.LinuxSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListenersService;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.NettyEventLoops;
import org.hearthd.net.NettyTcpSockets;
import org.hearthd.process.ProcessSpawner;
import org.hearthd.process.Spawner;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.SocketBackend;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A handler with its event loops, and clients that speak to it over response sockets. */
final class House implements AutoCloseable {
    static final JunixDescriptors DESCRIPTORS = new JunixDescriptors();
    static final JunixStreams STREAMS = new JunixStreams();

    final NettyEventLoops loops;
    final ScgiHandler handler;
    final Path directory;
    final Services services;
    /** Where handlers get listening sockets and addresses from, for tests that come between. */
    volatile Listeners listeners = new ListenersService(new NettyTcpSockets(DESCRIPTORS), STREAMS, new JunixPackets(),
            DESCRIPTORS);
    volatile Services.Names names = InetAddress::getAllByName;
    /** Why the runtime was to end. */
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    /** @param keys configuration, by key; {@code loops} and {@code write.timeout.ms} are those of the event loops */
    House(Path directory, Map<String, Object> keys) throws IOException {
        this.directory = directory;
        loops = new NettyEventLoops(DESCRIPTORS, STREAMS, (Integer) keys.getOrDefault("loops", 2),
                (Long) keys.getOrDefault("write.timeout.ms", 60_000L));
        Spawner spawner = new ProcessSpawner(DESCRIPTORS, null);
        services = new Services(loops, () -> listeners, () -> spawner, new Services.Names() {
            @Override
            public InetAddress[] addresses(String host) throws UnknownHostException {
                return names.addresses(host);
            }

            @Override
            public long validNanos() {
                return names.validNanos();
            }
        }, ends::add);
        handler = new ScgiHandler(services, settings(keys), Files.createDirectories(directory.resolve("bodies")), "Hearth/test");
    }

    /** A configuration of keys and values in turn. */
    static Map<String, Object> keys(Object... pairs) {
        Map<String, Object> keys = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            keys.put((String) pairs[i], pairs[i + 1]);
        }
        return keys;
    }

    static Settings settings(Map<String, Object> keys) {
        return Settings.of("org.hearthd.scgi~blog", config(keys));
    }

    /** The configuration with these keys and the defaults. */
    static ScgiConfig config(Map<String, Object> keys) {
        return (ScgiConfig) Proxy.newProxyInstance(House.class.getClassLoader(), new Class<?>[] {ScgiConfig.class},
                (proxy, method, arguments) -> keys.getOrDefault(method.getName().replace('_', '.'), method.getDefaultValue()));
    }

    static Request get(String... headers) {
        return Request.of("GET", "/x", "HTTP/1.1", "x", Headers.of(headers));
    }

    static Request post(String... headers) {
        return Request.of("POST", "/x", "HTTP/1.1", "x", Headers.of(headers));
    }

    /** Sends a request without a body and reads the whole answer. */
    String ask(Request request) throws IOException {
        try (Client client = send(request)) {
            client.end();
            return client.readAll();
        }
    }

    /** Gives the handler an exchange; its body is what the client writes. */
    Client send(Request request) throws IOException {
        return sendWrapped(request, exchange -> exchange);
    }

    /**
     * The same with a source that notices when its client leaves.
     *
     * @param gone gets what is to be run then
     */
    Client send(Request request, Consumer<Runnable> gone) throws IOException {
        return send(request, gone, end -> {});
    }

    /** @param ended gets what is to be run when somebody else has ended the exchange */
    Client send(Request request, Consumer<Runnable> gone, Consumer<Consumer<Outcome>> ended) throws IOException {
        return sendWrapped(request, inner -> {
            ByteExchange view = loops.bytes(inner);
            return (Exchange) Proxy.newProxyInstance(Exchange.class.getClassLoader(), new Class<?>[] {Exchange.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "adapt" -> Optional.of(view);
                        case "ended" -> false;
                        case "onGone" -> {
                            gone.accept((Runnable) arguments[0]);
                            yield null;
                        }
                        case "onEnd" -> {
                            ended.accept(hook(arguments[0]));
                            yield null;
                        }
                        default -> method.invoke(inner, arguments);
                    });
        });
    }

    @SuppressWarnings("unchecked") // what Exchange.onEnd takes, and a proxy gets as an Object
    private static Consumer<Outcome> hook(Object given) {
        return (Consumer<Outcome>) given;
    }

    /** What becomes of an exchange before the handler gets it. */
    private interface Wrapping {
        Exchange around(Exchange inner) throws IOException;
    }

    private Client sendWrapped(Request request, Wrapping wrapping) throws IOException {
        Path path = directory.resolve("c" + System.nanoTime());
        try (Fd listening = STREAMS.listen(new UnixAddress(path), 0600, 8)) {
            SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
            int number;
            do {
                number = LinuxSocket.newSocket(listening.number()).accept(new byte[128]);
            } while (number < 0);
            handler.handle(wrapping.around(ManagedExchange.of("test", request, new SocketBackend(DESCRIPTORS.adopt(number)))));
            return new Client(client);
        } finally {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            handler.stop();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        loops.close();
    }

    /** What is open when all that is opened once in a process (random numbers, libraries) is open. */
    static Set<String> baseline(Path directory) throws IOException {
        try (TestServer server = TestServer.tcp(peer -> peer.write("\n"));
                House house = new House(directory, Map.of("address", server.address))) {
            house.ask(get());
        }
        return OpenDescriptors.list();
    }

    /** The client's end of a response socket. */
    record Client(SocketChannel channel) implements AutoCloseable {
        void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** The body is complete. */
        void end() throws IOException {
            channel.shutdownOutput();
        }

        /** Writes the body and ends it, on a thread of its own. */
        CompletableFuture<Void> sends(String body) {
            return CompletableFuture.runAsync(() -> {
                try {
                    write(body);
                    end();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }, task -> new Thread(task, "client").start());
        }

        String readUntil(String text) throws IOException {
            StringBuilder all = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (all.indexOf(text) < 0 && channel.read(one) > 0) {
                all.append((char) (one.get(0) & 0xff));
                one.clear();
            }
            return all.toString();
        }

        String readAll() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(65_536);
            while (channel.read(piece) >= 0) {
                all.write(piece.array(), 0, piece.position());
                piece.clear();
            }
            return all.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
