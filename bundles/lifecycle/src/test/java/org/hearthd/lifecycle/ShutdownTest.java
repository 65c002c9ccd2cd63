package org.hearthd.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShutdownTest {
    @LifecycleConfig
    private interface Defaults {}

    @LifecycleConfig(drain_timeout_ms = 20)
    private interface Impatient {}

    private final TestDescriptors descriptors = new TestDescriptors();
    private final TestSource one = new TestSource();
    private final TestSource two = new TestSource();

    private Shutdown shutdown(Class<?> config) {
        Shutdown shutdown = new Shutdown(config.getAnnotation(LifecycleConfig.class),
                new Notifier(null, "/run/notify", descriptors));
        shutdown.addSource(one);
        shutdown.addSource(two);
        return shutdown;
    }

    @Test
    void allSourcesDrainAtTheSameTimeAndTheSupervisorIsToldFirst() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> shutdown.applyAsInt(new String[0]));
        assertTrue(one.draining.await(60, TimeUnit.SECONDS) && two.draining.await(60, TimeUnit.SECONDS));
        assertEquals(List.of("/run/notify: STOPPING=1\n"), descriptors.told);
        two.drained.complete(null);
        assertFalse(code.isDone());
        one.drained.complete(null);
        assertEquals(0, code.get(60, TimeUnit.SECONDS));
    }

    @Test
    void aSourceThatDoesNotDrainInTimeOrFailsMakesIt1() {
        one.drained.complete(null);
        assertEquals(1, shutdown(Impatient.class).applyAsInt(new String[0]));
        two.drained.completeExceptionally(new IOException("x"));
        assertEquals(1, shutdown(Defaults.class).applyAsInt(new String[0]));
    }

    @Test
    void anExhaustedSourceDrainsEverythingAndThenEndsTheRuntimeOnce() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        shutdown.exit(code::complete);
        one.exhausted.complete(null);
        assertTrue(two.draining.await(60, TimeUnit.SECONDS));
        assertFalse(code.isDone());
        one.drained.complete(null);
        two.drained.complete(null);
        assertEquals(0, code.get(60, TimeUnit.SECONDS));
        shutdown.exit(again -> assertEquals("never", again));
        two.exhausted.complete(null);
        assertEquals(1, descriptors.told.size());
    }

    @Test
    void aSourceThatBreaksEndsTheRuntimeAsFailed() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        shutdown.exit(code::complete);
        one.drained.complete(null);
        two.drained.complete(null);
        one.exhausted.completeExceptionally(new IOException("Input/output error"));
        assertEquals(1, code.get(60, TimeUnit.SECONDS));
    }

    @Test
    void whoEndsTheRuntimeWithACodeHasTheSourcesDrainedFirst() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        shutdown.exit(code::complete);
        shutdown.accept(1);
        assertTrue(one.draining.await(60, TimeUnit.SECONDS) && two.draining.await(60, TimeUnit.SECONDS));
        assertFalse(code.isDone());
        one.exhausted.complete(null);
        one.drained.complete(null);
        two.drained.complete(null);
        assertEquals(1, code.get(60, TimeUnit.SECONDS));
        assertEquals(1, shutdown.applyAsInt(new String[0]), "a later signal makes no success of it");
    }

    @Test
    void whoWantsAnEndWithACodeAfterASignalDoesNotDecideAboutTheCode() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        shutdown.exit(again -> one.drained.completeExceptionally(new IOException("ended twice")));
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> shutdown.applyAsInt(new String[0]));
        assertTrue(one.draining.await(60, TimeUnit.SECONDS));
        shutdown.accept(1);
        one.drained.complete(null);
        two.drained.complete(null);
        assertEquals(0, code.get(60, TimeUnit.SECONDS));
        assertEquals(1, descriptors.told.size());
    }

    @Test
    void aSourceThatEndsBecauseItDrainsEndsNothingAgain() {
        Shutdown shutdown = shutdown(Defaults.class);
        one.drained.complete(null);
        two.drained.complete(null);
        assertEquals(0, shutdown.applyAsInt(new String[0]));
        one.exhausted.complete(null);
        two.exhausted.completeExceptionally(new IOException("x"));
        assertEquals(List.of("/run/notify: STOPPING=1\n"), descriptors.told);
    }

    @Test
    void aSourceThatWentBeforeItWasExhaustedEndsNothing() {
        Shutdown shutdown = shutdown(Defaults.class);
        shutdown.removeSource(one);
        one.exhausted.complete(null);
        assertEquals(List.of(), descriptors.told);
    }

    @Test
    void whatAHandlerStillHasIsWaitedForOnceAllSourcesAreDrained() throws Exception {
        Shutdown shutdown = shutdown(Defaults.class);
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> last = new CompletableFuture<>();
        shutdown.addHandler(() -> {
            asked.countDown();
            return last;
        }, Map.of("hearth.drain", "scgi blog"));
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> shutdown.applyAsInt(new String[0]));
        one.drained.complete(null);
        assertEquals(1, asked.getCount(), "a source may still bring it one");
        two.drained.complete(null);
        assertTrue(asked.await(60, TimeUnit.SECONDS));
        assertFalse(code.isDone());
        last.complete(null);
        assertEquals(0, code.get(60, TimeUnit.SECONDS));
    }

    @Test
    void aHandlerThatDoesNotFinishInTimeMakesIt1() {
        one.drained.complete(null);
        two.drained.complete(null);
        Shutdown shutdown = shutdown(Impatient.class);
        shutdown.addHandler(CompletableFuture::new, Map.of("hearth.drain", "scgi blog"));
        assertEquals(1, shutdown.applyAsInt(new String[0]));
    }

    @Test
    void aNegativeTimeIsRefusedByKey() {
        @LifecycleConfig(drain_timeout_ms = -1)
        interface Bad {}
        assertEquals("org.hearthd.lifecycle: drain.timeout.ms = -1 is out of range, 0 to 86400000 are possible",
                assertThrows(IllegalArgumentException.class, () -> shutdown(Bad.class)).getMessage());
    }
}
