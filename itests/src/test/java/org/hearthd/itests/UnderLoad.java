package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.hearthd.launcher.load.Inspection;
import org.hearthd.launcher.load.Load;
import org.hearthd.launcher.load.Plan;
import org.hearthd.launcher.load.Tally;

/** A load that goes on until the test has done what it wants to do meanwhile; then not one request may have failed. */
final class UnderLoad implements AutoCloseable {
    private static final Duration ENDLESS = Duration.ofHours(3);
    /** Failures are what counts: a machine that is busy with other things is no failure. */
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int EACH = 40;
    private final Load load;

    private UnderLoad(Load load) {
        this.load = load;
    }

    /** Asks the paths in turn and begins to look at their stamps. */
    static UnderLoad of(String url, String... paths) throws Exception {
        return start(StampInspection::new, url, paths);
    }

    static UnderLoad start(Supplier<? extends Inspection> inspection, String url, String... paths) throws Exception {
        List<URI> urls = Arrays.stream(paths).map(path -> URI.create(url + path)).toList();
        Plan plan = new Plan(urls, Scale.RATE, Scale.CONNECTIONS, ENDLESS, TIMEOUT);
        UnderLoad started = new UnderLoad(Load.start(plan, inspection, line -> {}));
        started.awaitMore();
        return started;
    }

    /** Answers from nothing to 1 MiB, with and without a length, most of them small, one in twenty slow. */
    static String[] mixture(String... handlers) {
        List<String> paths = new ArrayList<>();
        String[] big = {"?4096", "?70000", "?20000-chunked", "?262144", "?1048576", "?5000-slow", "?300-chunked", "?0-slow"};
        for (int i = 0; i < EACH; i++) {
            for (String path : handlers) {
                paths.add(path + (i % 5 == 0 ? big[i / 5] : "?" + i * 10));
            }
        }
        return paths.toArray(String[]::new);
    }

    /** Waits until the generation with that stamp answers. */
    void awaitStamp(String name, long stamp) throws Exception {
        String version = StampInspection.version(stamp);
        Await.until(name + " " + stamp + " answers " + load.tally(), () -> !failed()
                && load.tally().versions().stream().anyMatch(v -> v.name().equals(name) && v.version().equals(version)));
    }

    /** Waits until a good number of further requests have been answered. */
    void awaitMore() throws Exception {
        long enough = load.tally().total() + Scale.RATE / 2;
        Await.until("the load goes on " + load.tally(), () -> !failed() && load.tally().total() >= enough);
    }

    private boolean failed() {
        if (load.tally().failed() > 0) {
            throw new AssertionError(load.tally().toString());
        }
        return false;
    }

    /** Ends the load; fails if a request has failed. */
    Tally end() {
        Tally tally = stopped();
        assertEquals(tally.toString(), 0, tally.failed());
        return tally;
    }

    /** Ends the load, whatever came of it. */
    Tally stopped() {
        load.stop();
        Tally tally = load.await();
        System.out.println(tally.verdict() + ", 99 of 100 within " + tally.millis(0.99) + " ms");
        return tally;
    }

    @Override
    public void close() {
        load.stop();
    }
}
