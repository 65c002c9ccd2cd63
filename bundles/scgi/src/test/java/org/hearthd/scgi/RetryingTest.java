package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.net.LoopSocket;
import org.hearthd.net.NettyEventLoops;
import org.hearthd.scgi.Dialer.Refused;
import org.hearthd.scgi.Dialer.Refused.Reach;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How often a request tries to connect, and for whom a program is started. */
@Timeout(180)
class RetryingTest {
    private final NettyEventLoops loops = new NettyEventLoops(House.DESCRIPTORS, House.STREAMS, 1);
    private final EventLoop loop = loops.next();
    private final AtomicInteger attempts = new AtomicInteger();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    /** What a starter wants its worker to do. */
    private final BlockingQueue<Runnable> starts = new LinkedBlockingQueue<>();
    private final AtomicInteger programs = new AtomicInteger();
    /** Attempts to connect that are not decided yet. */
    private final BlockingQueue<Promise<Dialer.Line>> open = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        loops.close();
    }

    private static Launch launch(Object... keys) {
        return House.settings(House.keys(keys)).launch();
    }

    /** To a server for which a program is to be started. */
    private Retrying mixed(Dialer servers) {
        return mixed(servers, starts::add);
    }

    private Retrying mixed(Dialer servers, Executor workers) {
        Settings settings = House.settings(House.keys("mode", "mixed", "address", "unix:" + Path.of("/no/such/socket"), "command",
                new String[] {"/no/such/program"}, "retries", 3, "retry.delay.ms", 1L, "essential", true));
        Services services = new Services(null, () -> null, () -> (program, stdin) -> {
            programs.incrementAndGet();
            throw new IOException("no process can be made");
        }, null, ends::add);
        Server server = new Server(() -> settings, settings.addresses().get(0), null, null);
        return new Retrying(servers, settings.launch(), new Starter(settings.launch(), server, services, workers), ends::add);
    }

    private Dialer refusing(Reach reach) {
        return (on, request) -> {
            attempts.incrementAndGet();
            return on.newFailedFuture(new Refused(503, "refused", reach));
        };
    }

    private Dialer undecided() {
        return (on, request) -> {
            Promise<Dialer.Line> promise = on.newPromise();
            open.add(promise);
            return promise;
        };
    }

    private static Future<Dialer.Line> ended(Future<Dialer.Line> result) throws InterruptedException {
        assertTrue(result.await(60, TimeUnit.SECONDS), "it waits for ever");
        return result;
    }

    /** What the loop has to do now is done. */
    private void settle() throws InterruptedException {
        assertTrue(loop.submit(() -> {}).await(60, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "5,6"})
    void thereIsOneAttemptAndSoManyMore(int retries, int count) throws Exception {
        Launch launch = launch("address", "1", "retries", retries, "retry.delay.ms", 1L, "essential", true);
        Future<Dialer.Line> result = ended(new Retrying(refusing(Reach.NOBODY), launch, null, ends::add).dial(loop, null));
        assertFalse(result.isSuccess());
        assertEquals(count, attempts.get());
        assertNotNull(ends.poll(60, TimeUnit.SECONDS), "callscgi does not end");
    }

    /** As callscgi(1) has it: a first failure is retried, whatever it is. */
    @ParameterizedTest
    @EnumSource
    void aFirstFailureOfAClientIsTriedAgain(Reach reach) throws Exception {
        Launch launch = launch("address", "1", "retries", 5, "retry.delay.ms", 1L);
        ended(new Retrying(refusing(reach), launch, null, ends::add).dial(loop, null));
        assertEquals(6, attempts.get());
        assertEquals(0, ends.size());
    }

    @ParameterizedTest
    @CsvSource({"NOBODY,6", "BARRED,6", "LATE,1"})
    void whoWasThereAndIsOnlySlowIsNotTriedAgain(Reach reach, int count) throws Exception {
        Launch launch = launch("address", "1", "retries", 5, "retry.delay.ms", 1L);
        List<Dialer> now = new ArrayList<>(List.of((on, request) -> on.newSucceededFuture(new Dialer.Line(null, null, null))));
        Retrying retrying = new Retrying((on, request) -> now.get(0).dial(on, request), launch, null, ends::add);
        assertTrue(ended(retrying.dial(loop, null)).isSuccess());
        now.set(0, refusing(reach));
        ended(retrying.dial(loop, null));
        assertEquals(count, attempts.get());
    }

    @ParameterizedTest
    @EnumSource(names = {"BARRED", "LATE"})
    void noProgramIsStartedNextToSomebodyWhoCanNotBeReached(Reach reach) throws Exception {
        Future<Dialer.Line> result = ended(mixed(refusing(reach)).dial(loop, null));
        assertInstanceOf(Refused.class, result.cause());
        assertEquals(1, attempts.get());
        assertEquals(0, starts.size());
    }

    @Test
    void nobodyWhoHasLeftIsConnectedLater() throws Exception {
        Future<Dialer.Line> result = mixed(undecided()).dial(loop, null);
        Promise<Dialer.Line> first = open.take();
        assertTrue(result.cancel(false));
        settle();
        assertTrue(first.isCancelled(), "who searches does not know");
    }

    @Test
    void aConnectionThatComesTooLateIsClosed() throws Exception {
        FdPair pair = loops.pair();
        LoopSocket socket = loops.serve(pair.ours(), loop);
        Promise<Dialer.Line> stubborn = loop.newPromise();
        stubborn.setUncancellable();
        Future<Dialer.Line> result = mixed((on, request) -> stubborn).dial(loop, null);
        result.cancel(false);
        stubborn.setSuccess(new Dialer.Line(socket, null, () -> {}));
        try (StreamConnection peer = House.STREAMS.adopt(pair.theirs())) {
            assertEquals(-1, peer.input().read());
        }
    }

    @Test
    void noProgramIsStartedForAClientThatHasLeft() throws Exception {
        Promise<Dialer.Line> stubborn = loop.newPromise();
        stubborn.setUncancellable();
        Future<Dialer.Line> result = mixed((on, request) -> stubborn).dial(loop, null);
        result.cancel(false);
        stubborn.setFailure(new Refused(503, "refused", Reach.NOBODY));
        settle();
        assertEquals(0, starts.size());
    }

    @Test
    void noProgramIsStartedForADialerThatIsNotUsedAnyMore() throws Exception {
        Retrying retrying = mixed(undecided());
        Future<Dialer.Line> result = retrying.dial(loop, null);
        retrying.close(0);
        open.take().setFailure(new Refused(503, "refused", Reach.NOBODY));
        assertInstanceOf(Refused.class, ended(result).cause());
        assertEquals(0, starts.size());
    }

    @Test
    void whoHasLeftTriesNoMore() throws Exception {
        Launch launch = launch("address", "1", "retries", 1_000_000, "retry.delay.ms", 1L);
        Future<Dialer.Line> result = new Retrying(undecided(), launch, null, ends::add).dial(loop, null);
        for (int i = 0; i < 3; i++) {
            open.take().setFailure(new Refused(503, "refused", Reach.NOBODY));
        }
        result.cancel(false);
        settle();
        Promise<Dialer.Line> last = open.poll();
        assertTrue(last == null || last.isCancelled());
        assertEquals(0, open.size());
    }

    @Test
    void whereTheRuntimeItselfHasNothingLeftARequestIsRefusedAndTheRuntimeGoesOn() throws Exception {
        ended(new Retrying(refusing(Reach.OURS), launch("address", "1", "essential", true), null, ends::add).dial(loop, null));
        Executor exhausted = Workers.refusing(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        for (int i = 0; i < 2; i++) {
            Future<Dialer.Line> result = ended(mixed(refusing(Reach.NOBODY), exhausted).dial(loop, null));
            assertInstanceOf(Refused.class, result.cause());
        }
        assertEquals(0, ends.size());
    }

    @Test
    void theRuntimeIsToldOnceToEndHoweverManyRequestsFailUntilThen() throws Exception {
        Retrying retrying = new Retrying(refusing(Reach.NOBODY), launch("address", "1", "essential", true), null, ends::add);
        for (int i = 0; i < 3; i++) {
            assertFalse(ended(retrying.dial(loop, null)).isSuccess());
        }
        settle();
        assertEquals(1, ends.size());
    }

    @Test
    void onceTheRuntimeEndsNobodyWaitsForAnotherAttemptAndNothingIsTriedOrStarted() throws Exception {
        Retrying retrying = mixed(undecided());
        Future<Dialer.Line> fatal = retrying.dial(loop, null);
        Future<Dialer.Line> starting = retrying.dial(loop, null);
        Future<Dialer.Line> connecting = retrying.dial(loop, null);
        Promise<Dialer.Line> first = open.take();
        open.take().setFailure(new Refused(503, "refused", Reach.NOBODY));
        Runnable start = starts.take();
        first.setFailure(new Refused(503, "refused", Reach.BARRED));
        assertInstanceOf(Refused.class, ended(fatal).cause());
        assertInstanceOf(Refused.class, ended(starting).cause());
        assertInstanceOf(Refused.class, ended(connecting).cause());
        settle();
        assertTrue(open.take().isCancelled());
        assertInstanceOf(Refused.class, ended(retrying.dial(loop, null)).cause());
        start.run();
        settle();
        assertEquals(0, open.size() + starts.size() + programs.get());
        assertEquals(1, ends.size());
    }

    @Test
    void onceTheRuntimeEndsARequestThatHasRetriesLeftDoesNotHoldItUp() throws Exception {
        Launch launch = launch("address", "1", "retries", 1, "retry.delay.ms", 3_600_000L, "essential", true);
        Retrying retrying = new Retrying(undecided(), launch, null, ends::add);
        Future<Dialer.Line> waiting = retrying.dial(loop, null);
        open.take().setFailure(new Refused(503, "refused", Reach.NOBODY));
        settle();
        assertFalse(waiting.isDone());
        Future<Dialer.Line> fatal = retrying.dial(loop, null);
        open.take().setFailure(new IOException("broken"));
        assertInstanceOf(IOException.class, ended(fatal).cause());
        assertInstanceOf(Refused.class, ended(waiting).cause());
    }

    @Test
    void aStarterThatBreaksIsARefusal() throws Exception {
        Future<Dialer.Line> result = mixed(refusing(Reach.NOBODY)).dial(loop, null);
        starts.take().run();
        assertInstanceOf(Refused.class, ended(result).cause());
        assertNotNull(ends.poll(60, TimeUnit.SECONDS), "callscgi does not end");
    }
}
