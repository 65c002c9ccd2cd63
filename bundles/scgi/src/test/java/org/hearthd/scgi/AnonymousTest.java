package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hearthd.Exchange;
import org.hearthd.process.Child;
import org.hearthd.process.Spawner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that end at moments at which real ones seldom do. */
class AnonymousTest extends ProgramContract {
    private static final Executor REFUSING = task -> {
        throw new RejectedExecutionException("no more");
    };

    /** What workers have to do; the test is all of them. */
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private volatile Executor workers = tasks::add;
    private EventLoop loop;
    private final Exchange request = (Exchange) Proxy.newProxyInstance(Exchange.class.getClassLoader(),
            new Class<?>[] {Exchange.class}, (proxy, method, arguments) -> method.getName().equals("toString") ? "test" : null);

    /** A program that ends when its future is completed. */
    private record Dummy(CompletableFuture<Integer> exit) implements Child {
        @Override
        public long pid() {
            return 0;
        }

        @Override
        public List<String> lastErrors() {
            return List.of();
        }

        @Override
        public CompletableFuture<Integer> end(long graceMs, long termMs) {
            exit.complete(143);
            return exit;
        }

        @Override
        public String state() {
            return exit.toString();
        }
    }

    @BeforeEach
    void loops() throws IOException {
        house(unix(ScgiContract::hello).address);
        loop = house.loops.next();
    }

    private Anonymous anonymous(Supplier<Spawner> spawner) {
        return anonymous(directory.resolve("sockets"), spawner);
    }

    private Anonymous anonymous(Path sockets, Supplier<Spawner> spawner) {
        return anonymous(sockets, directory, spawner);
    }

    private Anonymous anonymous(Path sockets, Path temporary, Supplier<Spawner> spawner) {
        Services services = new Services(house.services.loops(), house.services.listeners(), spawner, house.services.names(),
                house.ends::add);
        Settings settings = House
                .settings(mode("anonymous", "command", server(), "restart.delay.min.ms", 1L, "restart.delay.max.ms", 1L));
        return new Anonymous(settings.launch(), services, new SocketDirectory(sockets, temporary),
                address -> new Server(() -> settings, address, services.names(), tasks::add), () -> 10,
                task -> workers.execute(task));
    }

    private Future<Dialer.Line> dial(Anonymous anonymous) {
        return anonymous.dial(loop, request);
    }

    private void close(Dialer.Line line) throws InterruptedException {
        assertTrue(loop.submit(line::close).await(60, TimeUnit.SECONDS));
    }

    private Runnable task() throws InterruptedException {
        Runnable task = tasks.poll(60, TimeUnit.SECONDS);
        assertTrue(task != null, "there is nothing to do");
        return task;
    }

    /** A request reaches the program once that has been started. */
    private void assertConnects(Anonymous anonymous) throws Exception {
        Future<Dialer.Line> dialed = dial(anonymous);
        task().run();
        assertTrue(dialed.await(60, TimeUnit.SECONDS));
        close(dialed.getNow());
    }

    private static void assertRefused(Future<Dialer.Line> dialed) throws InterruptedException {
        assertTrue(dialed.await(60, TimeUnit.SECONDS), "the request waits for ever");
        assertInstanceOf(Dialer.Refused.class, dialed.cause());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSpawnerThatBreaksIsARefusalAndIsAskedAgain(boolean exhausted) throws Exception {
        Anonymous anonymous = anonymous(() -> (program, stdin) -> {
            if (exhausted) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            throw new IllegalStateException("gone meanwhile");
        });
        for (int i = 0; i < 2; i++) {
            Future<Dialer.Line> dialed = dial(anonymous);
            task().run();
            assertRefused(dialed);
        }
        anonymous.close(0);
    }

    @Test
    void aRequestWaitsForASpawnerThatComesAMomentLater() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Anonymous anonymous = anonymous(
                () -> asked.incrementAndGet() < 3 ? null : (program, stdin) -> new Dummy(new CompletableFuture<>()));
        assertConnects(anonymous);
        anonymous.close(0);
    }

    @Test
    void whereNoWorkerIsToBeHadARequestIsRefusedAndTheNextOneAsksAgain() throws Exception {
        workers = REFUSING;
        Anonymous anonymous = anonymous(() -> (program, stdin) -> new Dummy(new CompletableFuture<>()));
        assertRefused(dial(anonymous));
        workers = tasks::add;
        assertConnects(anonymous);
        anonymous.close(0);
    }

    @Test
    void whereNoWorkerIsToBeHadForTheEndOfAProgramOrItsNextStartNobodyWaitsForEver() throws Exception {
        List<CompletableFuture<Integer>> exits = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Iterator<CompletableFuture<Integer>> next = exits.iterator();
        Anonymous anonymous = anonymous(() -> (program, stdin) -> new Dummy(next.next()));
        assertConnects(anonymous);
        workers = REFUSING;
        exits.get(0).complete(1);
        // also the start after the pause that follows
        assertRefused(dial(anonymous));
        workers = tasks::add;
        assertConnects(anonymous);
        anonymous.close(0);
    }

    @Test
    void whereADirectoryIsTooLongForASocketThereIsAPrivateOneAsLongAsTheSocket() throws Exception {
        List<CompletableFuture<Integer>> exits = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Iterator<CompletableFuture<Integer>> next = exits.iterator();
        Anonymous anonymous = anonymous(directory.resolve("long".repeat(30)),
                () -> (program, stdin) -> new Dummy(next.next()));
        assertConnects(anonymous);
        Path made = made().get(0);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
        exits.get(0).complete(1);
        task().run(); // it has ended
        task().run(); // its successor is started
        assertEquals(List.of(made), made());
        anonymous.close(0);
        assertEquals(List.of(), made());
    }

    @Test
    void aPrivateDirectoryDoesNotOutliveAListenerThatCanNotBeMade() throws Exception {
        house.listeners = request -> {
            throw new IOException("no descriptor left");
        };
        Anonymous anonymous = anonymous(directory.resolve("long".repeat(30)),
                () -> (program, stdin) -> new Dummy(new CompletableFuture<>()));
        Future<Dialer.Line> dialed = dial(anonymous);
        task().run();
        assertRefused(dialed);
        assertEquals(List.of(), made());
        anonymous.close(0);
    }

    @Test
    void whereNoDirectoryIsShortEnoughForASocketThatIsSaidAndNothingStays() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("temporary".repeat(12)));
        Path sockets = directory.resolve("long".repeat(30));
        Anonymous anonymous = anonymous(sockets, temporary, () -> (program, stdin) -> new Dummy(new CompletableFuture<>()));
        for (int i = 0; i < 2; i++) {
            Future<Dialer.Line> dialed = dial(anonymous);
            task().run();
            assertRefused(dialed);
            assertEquals(List.of("its program can not be started: both " + sockets + " and " + temporary
                    + " are too long for the address of a socket; set socket.directory, to at most 87 bytes"),
                    anonymous.reasons().subList(0, 1));
            try (Stream<Path> left = Files.list(temporary)) {
                assertEquals(List.of(), left.toList());
            }
            assertFalse(Files.exists(sockets));
        }
        anonymous.close(0);
    }

    private List<Path> made() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("scgi-a-")).toList();
        }
    }

    @Test
    void whoLeavesWhileTheProgramIsStartedIsNotConnected() throws Exception {
        Anonymous anonymous = anonymous(() -> (program, stdin) -> new Dummy(new CompletableFuture<>()));
        Future<Dialer.Line> left = dial(anonymous);
        Future<Dialer.Line> waiting = dial(anonymous);
        assertTrue(left.cancel(false));
        task().run();
        assertTrue(waiting.await(60, TimeUnit.SECONDS));
        close(waiting.getNow());
        anonymous.close(0);
    }

    @Test
    void aProgramIsNotReplacedForAClientThatHasLeft() throws Exception {
        Anonymous anonymous = anonymous(() -> (program, stdin) -> new Dummy(new CompletableFuture<>()));
        assertConnects(anonymous);
        Files.delete(sockets().get(0));
        Future<Dialer.Line> unreachable = dial(anonymous);
        Runnable replacing = task();
        assertTrue(unreachable.cancel(false));
        replacing.run();
        assertEquals(0, tasks.size());
        anonymous.close(0);
    }

    @Test
    void aRequestThatWaitsForAProgramThatIsReplacedAndHasEndedAlreadyIsRefused() throws Exception {
        CompletableFuture<Integer> alive = new CompletableFuture<>();
        Iterator<CompletableFuture<Integer>> exits = List.of(alive, CompletableFuture.completedFuture(1)).iterator();
        Anonymous anonymous = anonymous(() -> (program, stdin) -> new Dummy(exits.next()));
        assertConnects(anonymous);
        Files.delete(sockets().get(0));
        Future<Dialer.Line> unreachable = dial(anonymous);
        Runnable replacing = task();
        alive.complete(1);
        task().run(); // it has ended
        task().run(); // its successor is started, which has ended by then
        Future<Dialer.Line> waiting = dial(anonymous);
        replacing.run();
        assertRefused(waiting);
        anonymous.close(0);
        assertRefused(unreachable);
    }
}
