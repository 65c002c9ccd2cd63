package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Fd;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.hearthd.transport.PacketTransport;
import org.junit.jupiter.api.Test;

/** Starts that fail with something else than what starts fail with, and ends at the wrong moment. */
final class FailedStartTest extends ProcessContract {
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private PersistentHandler start(Spawner starter) {
        PersistentHandler handler = new PersistentHandler(house.context(), config("old"), House.PID, starter);
        handler.transports(failing(), streams);
        handler.start();
        return handler;
    }

    private static PersistentConfig config(String word) {
        return House.config(PersistentConfig.class, values(shell("exec cat #" + word), "stdout", "null", "ready_after_ms", 1L));
    }

    /** Fails to adopt while {@link #failure} is set. */
    private PacketTransport failing() {
        return (PacketTransport) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {PacketTransport.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("adopt") && failure.get() != null) {
                        throw failure.get();
                    }
                    try {
                        return method.invoke(packets, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void assertKeepsTheOld(PersistentHandler handler, Throwable why) throws Exception {
        try (Logged log = new Logged()) {
            handler.modified(config("new"), House.PID);
            assertFalse(handler.change().get(30, TimeUnit.SECONDS));
            assertTrue(log.says("org.hearthd.process~test: key command: handler test keeps its old process, the new one does not"
                    + " start: " + why), log.lines().toString());
        }
        assertTrue(handler.reasons().get(0).contains(why.toString()), handler.reasons().toString());
        assertEquals(1, ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }

    @Test
    void aChangedProgramThatIsNotStartedForWantOfThreadsIsReported() throws Exception {
        PersistentHandler handler = start((program, stdin) -> {
            if (failure.get() instanceof OutOfMemoryError e) {
                throw e;
            }
            return spawner.start(program, stdin);
        });
        failure.set(new OutOfMemoryError("unable to create native thread, on purpose"));
        assertKeepsTheOld(handler, failure.get());
        assertTrue(handler.restart().isCompletedExceptionally());
        failure.set(null);
        handler.stop(House.STOPPED);
    }

    @Test
    void aProcessWhoseSocketIsNotAdoptedIsEndedAndItsSocketsAreClosed() throws Exception {
        PersistentHandler handler = start(spawner);
        failure.set(new IllegalStateException("the transport is going"));
        assertTrue(Await.until(() -> ProcessHandle.current().children().count() == 1));
        handler.modified(config("new"), House.PID);
        assertFalse(handler.change().get(30, TimeUnit.SECONDS));
        assertTrue(Await.until(() -> ProcessHandle.current().children().count() == 1), "the new process was left");
        failure.set(null);
        handler.stop(House.STOPPED);
    }

    /** A child whose exit is noticed by one after the other. */
    private static final class Noticed implements Child {
        private final CompletableFuture<Integer> first = new CompletableFuture<>();
        private final CompletableFuture<Integer> second = new CompletableFuture<>();
        private final Deque<CompletableFuture<Integer>> next = new ArrayDeque<>(List.of(first, second));

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public CompletableFuture<Integer> exit() {
            return next.isEmpty() ? second : next.pop();
        }

        @Override
        public List<String> lastErrors() {
            return List.of();
        }

        @Override
        public CompletableFuture<Integer> end(long graceMs, long termMs) {
            return second;
        }

        @Override
        public String state() {
            return "ended";
        }
    }

    /** Whoever stops everything does not know of the process any more, and whoever notices its end has nothing to do with it. */
    @Test
    void aProcessThatEndsWhileItsHandlerIsStoppedLeavesNoDescriptor() {
        PersistentSettings settings = PersistentSettings.of(config("old"), House.PID);
        Noticed child = new Noticed();
        Forwarder forwarder = new Forwarder("test", settings.limits(), () -> streams, task -> new Thread(task).start(),
                (broken, why) -> {});
        AtomicReference<Fd> held = new AtomicReference<>();
        Keeper keeper = new Keeper(settings, (program, stdin) -> {
            // else the end of file tells of the end as well
            held.set(stdin.dup());
            return child;
        }, () -> packets, forwarder, () -> {}, () -> false);
        keeper.start();
        child.second.complete(0);
        keeper.stop();
        child.first.complete(0);
        forwarder.close();
        held.get().close();
    }
}
