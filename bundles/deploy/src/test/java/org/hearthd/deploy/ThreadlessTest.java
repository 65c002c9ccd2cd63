package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/** What happens while the system has no thread to give. */
class ThreadlessTest {
    private volatile boolean threadless = true;
    private final Tasks tasks = new Tasks(task -> new Thread(task) {
        @Override
        public synchronized void start() {
            if (threadless) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            super.start();
        }
    });
    private final Swap.Tools tools = new Swap.Tools(null, null, null, null, tasks);

    @Test
    void anAttemptBeginsWhenThereIsAThreadForIt() throws Exception {
        CountDownLatch finished = new CountDownLatch(1);
        Swap swap = new Swap(new Deployment("x.jar"), null, null, null, false, tools, (ended, end) -> finished.countDown());
        swap.launch();
        assertTrue(tasks.end(20_000), "nothing was begun");
        threadless = false;
        swap.launch();
        assertTrue(finished.await(60, TimeUnit.SECONDS), "it is told though it can do nothing without tools");
    }

    @Test
    void aStoppedBundleIsTriedAgainWhenThereIsAThreadForIt() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        Deployment deployment = new Deployment("x.jar");
        Bundle bundle = (Bundle) Proxy.newProxyInstance(Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class},
                (proxy, m, a) -> {
                    throw new IllegalStateException("no bundle any more");
                });
        Running stopped = new Running(bundle, new BundleJar(Path.of("x"), "x", Version.emptyVersion, ""), Instant.now());
        deployment.running = stopped;
        Restorer restorer = new Restorer(tools, List.of(deployment), tried::countDown, this);
        synchronized (this) {
            restorer.begin(stopped, "it was not lucky");
            restorer.retry(System.nanoTime() + TimeUnit.SECONDS.toNanos(2));
            assertFalse(restorer.isTrying(stopped));
            assertTrue(deployment.outage.toString().endsWith("there is no thread for it: unable to create native thread"),
                    () -> deployment.outage.toString());
            threadless = false;
            restorer.retry(System.nanoTime() + TimeUnit.SECONDS.toNanos(4));
            assertTrue(restorer.isTrying(stopped));
        }
        assertTrue(tried.await(60, TimeUnit.SECONDS));
        synchronized (this) {
            assertFalse(restorer.isTrying(stopped));
            assertTrue(deployment.outage.toString().endsWith("it cannot be stopped: no bundle any more"),
                    () -> deployment.outage.toString());
        }
        assertEquals(0, tried.getCount());
    }
}
