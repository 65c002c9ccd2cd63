package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** What becomes of the classes of a replaced bundle. */
class LoaderIT extends InRoom {
    private void replace(Jars old) throws Exception {
        room.put("hello.jar", old);
        room.start();
        assertNotNull(room.active("hello.jar"), room.log::toString);
        room.put("hello.jar", Jars.bundle("org.example.hello", "2.0.0").greets("hello"));
        room.until(() -> room.runs("hello.jar", "2.0.0"), "it is replaced");
    }

    private void awaitVerdict(String verdict) throws Exception {
        room.until(() -> String.valueOf(room.row("hello.jar").get("old loader")).startsWith(verdict),
                "the old loader is " + verdict + " in " + room.row("hello.jar"));
        room.until(() -> room.logged("org.example.hello 1.0.0 was drained in"), "it is logged");
        room.until(() -> room.logged("; old class loader " + verdict), "with the verdict");
    }

    @Test
    void goesWhenNobodyKeepsThem() throws Exception {
        replace(Jars.bundle("org.example.hello", "1.0.0").greets("hello"));
        awaitVerdict("collected after ");
    }

    @Test
    void stayWithAThreadThatRunsThemAndItIsNamed() throws Exception {
        replace(Jars.bundle("org.example.hello", "1.0.0").greets("hello").activator(ThreadLeaker.class));
        awaitVerdict("leaking: thread left-behind");
        Thread.getAllStackTraces().keySet().stream().filter(one -> one.getName().equals("left-behind"))
                .forEach(Thread::interrupt);
        room.until(() -> {
            System.gc();
            return String.valueOf(room.row("hello.jar").get("old loader")).startsWith("collected after ");
        }, "it is told when the thread has ended after all");
    }

    /** As the framework does now and then by itself if two threads load the same class. */
    @SuppressWarnings("unchecked")
    private void letTheFrameworkRemember(Thread thread, Bundle bundle) throws Exception {
        ClassLoader loader = bundle.adapt(BundleWiring.class).getClassLoader();
        Field locks = loader.getClass().getDeclaredField("m_classLocks");
        locks.setAccessible(true);
        ((Map<Object, Object>) locks.get(loader)).put("org.example.Loaded", thread);
    }

    private Thread ended(Bundle bundle) throws Exception {
        Thread thread = new Thread(() -> {}, "has-ended");
        thread.setContextClassLoader(bundle.adapt(BundleWiring.class).getClassLoader());
        thread.start();
        thread.join();
        return thread;
    }

    @Test
    void goAlthoughTheFrameworkRemembersAThreadThatHasEnded() throws Exception {
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").greets("hello"));
        room.put("other.jar", Jars.bundle("org.example.other", "1.0.0").greets("other"));
        room.start();
        letTheFrameworkRemember(ended(room.active("hello.jar")), room.active("other.jar"));
        room.put("hello.jar", Jars.bundle("org.example.hello", "2.0.0").greets("hello"));
        awaitVerdict("collected after ");
    }

    @Test
    void areToldOfInTheOrderOfTheirReplacement() throws Exception {
        CompletableFuture<Void> drain = new CompletableFuture<>();
        room.handlers.drains.put("1.0.0", drain);
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").greets("hello").activator(ThreadLeaker.class));
        room.start();
        for (String version : List.of("2.0.0", "3.0.0")) {
            room.put("hello.jar", Jars.bundle("org.example.hello", version).greets("hello"));
            room.until(() -> room.handlers.serving("hello").equals(version), "it is replaced");
        }
        room.until(() -> String.valueOf(room.row("hello.jar").get("old loader")).startsWith("collected after "), "that of 2.0.0");
        Object told = room.row("hello.jar").get("old loader");
        drain.complete(null);
        room.until(() -> room.logged("; old class loader leaking: thread left-behind"), "that of 1.0.0 is logged");
        assertEquals(told, room.row("hello.jar").get("old loader"));
        Thread.getAllStackTraces().keySet().stream().filter(one -> one.getName().equals("left-behind"))
                .forEach(Thread::interrupt);
    }

    @Test
    void stayWithAThreadLocalAndItsThreadIsNamed() throws Exception {
        ExecutorService others = Executors.newSingleThreadExecutor(task -> new Thread(task, "somebody-elses"));
        try {
            room.context().registerService(ExecutorService.class, others, null);
            replace(Jars.bundle("org.example.hello", "1.0.0").greets("hello").activator(ThreadLocalLeaker.class));
            awaitVerdict("leaking: thread-local of thread somebody-elses with a value of org.hearthd.deploy.ThreadLocalLeaker");
        } finally {
            others.shutdown();
        }
    }
}
