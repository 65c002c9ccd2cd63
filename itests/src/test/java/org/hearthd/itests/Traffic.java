package org.hearthd.itests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Requests at a steady pace from several connections that stay, whatever the answers are like; all that is not 200 is kept. */
final class Traffic implements AutoCloseable {
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final int CONNECTIONS = 4;

    private final String url;
    private final String path;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicLong> bodies = new ConcurrentHashMap<>();
    private final AtomicLong longestNanos = new AtomicLong();
    private volatile boolean stopped;

    /** Begins; the url is that of the front. */
    Traffic(String url, String path) {
        this.url = url;
        this.path = path;
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(this::run, "traffic " + path + " " + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void run() {
        while (!stopped) {
            try (KeepAlive client = new KeepAlive(url)) {
                long due = System.nanoTime();
                while (!stopped) {
                    long asked = System.nanoTime();
                    take(client.get(path));
                    longestNanos.accumulateAndGet(System.nanoTime() - asked, Math::max);
                    due += PACE_NANOS;
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }
    }

    private void take(String answer) {
        if (answer.startsWith("HTTP/1.1 200 ")) {
            bodies.computeIfAbsent(answer.substring(answer.indexOf("\n\n") + 2), body -> new AtomicLong()).incrementAndGet();
        } else {
            failures.add(answer);
        }
    }

    /** How often a 200 with that part in its body came. */
    long count(String part) {
        return bodies.entrySet().stream().filter(e -> e.getKey().contains(part)).mapToLong(e -> e.getValue().get()).sum();
    }

    /** Waits until another 200 with that part in its body has come. */
    void await(String part) throws Exception {
        long before = count(part);
        try {
            Await.until("a 200 with " + part, () -> count(part) > before);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " of " + path + ", but " + this, e);
        }
    }

    /** The different bodies that came. */
    int bodies() {
        return bodies.size();
    }

    /** Stops, tells the longest wait, and fails if one answer was not 200. */
    void assertNothingFailed() throws Exception {
        close();
        System.out.printf("%s: %d failed of %d, longest wait %d ms%n", path, failures.size(), failures.size() + count(""),
                TimeUnit.NANOSECONDS.toMillis(longestNanos.get()));
        if (!failures.isEmpty() || bodies.isEmpty()) {
            throw new AssertionError(path + ": " + this);
        }
    }

    @Override
    public String toString() {
        return failures.size() + " failed, first: " + failures.stream().limit(3).toList() + "; answered: " + bodies;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(70));
        }
    }
}
