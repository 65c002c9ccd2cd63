package org.hearthd.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class PathLockTest {
    @TempDir
    Path dir;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
    }

    private static boolean waits(Thread thread) {
        return List.of(thread.getStackTrace()).stream()
                .anyMatch(frame -> frame.getClassName().equals(PathLock.class.getName()) && frame.getMethodName().equals("of"));
    }

    @Test
    void isOneForOtherProcessesAsWell() throws Exception {
        PathLock lock = PathLock.of(dir.resolve("s"));
        assertTrue(OtherProcess.finds(dir.resolve("s.lock")), "another process gets the lock too");
        lock.close();
        assertFalse(Files.exists(dir.resolve("s.lock")));
    }

    @Test
    void saysWhyThereCanBeNone() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));
        assertEquals("there is no directory " + dir.resolve("none"),
                assertThrows(IOException.class, () -> PathLock.of(dir.resolve("none/s"))).getMessage());
        assertTrue(assertThrows(IOException.class, () -> PathLock.of(file.resolve("s"))).getMessage()
                .endsWith("s.lock: Not a directory"));
    }

    @Test
    void aThreadThatWaitsDoesNotGiveItUpWhateverItCallsTheDirectory() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("real")));
        Path lock = dir.resolve("real/s.lock");
        List<Thread> waiting = new ArrayList<>();
        List<FutureTask<Void>> taken = new ArrayList<>();
        PathLock held = PathLock.of(dir.resolve("real/s"));
        for (Path each : List.of(dir.resolve("real/s"), link.resolve("s"))) {
            FutureTask<Void> task = new FutureTask<>(() -> {
                PathLock.of(each).close();
                return null;
            });
            taken.add(task);
            waiting.add(new Thread(task));
        }
        waiting.forEach(Thread::start);
        assertTrue(Await.until(() -> waiting.stream().allMatch(PathLockTest::waits)), "nobody waits");
        assertTrue(OtherProcess.finds(lock), "another process gets the lock too");
        held.close();
        for (FutureTask<Void> each : taken) {
            each.get();
        }
        assertFalse(Files.exists(lock));
    }

    @Test
    void oneThreadAtATimeHasIt() throws Exception {
        AtomicInteger owners = new AtomicInteger();
        List<Future<Integer>> most = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            most.add(threads.submit(() -> {
                int seen = 0;
                for (int turn = 0; turn < 20; turn++) {
                    try (PathLock lock = PathLock.of(dir.resolve("s"))) {
                        seen = Math.max(seen, owners.incrementAndGet());
                        Thread.yield();
                        owners.decrementAndGet();
                    }
                }
                return seen;
            }));
        }
        for (Future<Integer> each : most) {
            assertEquals(1, each.get());
        }
        assertFalse(Files.exists(dir.resolve("s.lock")));
    }
}
