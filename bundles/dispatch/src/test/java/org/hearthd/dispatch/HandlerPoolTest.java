package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The threads of handlers. */
class HandlerPoolTest {
    @Test
    void aThreadHasTheLoaderOfItsHandlerAndLetsGoOfItWhenItEnds() throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
            CompletableFuture<ClassLoader> seen = new CompletableFuture<>();
            Thread thread = HandlerPool.threads("handler-a", loader)
                    .newThread(() -> seen.complete(Thread.currentThread().getContextClassLoader()));
            assertEquals("handler-a-1", thread.getName());
            assertTrue(thread.isDaemon());
            thread.start();
            thread.join();
            assertSame(loader, seen.join());
            assertNull(thread.getContextClassLoader());
        }
    }

    @Test
    void soDoesOneThatFails() throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            IllegalStateException failure = new IllegalStateException("of the task");
            Thread thread = HandlerPool.threads("handler-a", loader).newThread(() -> {
                throw failure;
            });
            thread.setUncaughtExceptionHandler((of, thrown) -> seen.complete(thrown));
            thread.start();
            thread.join();
            assertSame(failure, seen.join());
            assertNull(thread.getContextClassLoader());
        }
    }
}
