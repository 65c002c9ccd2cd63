package org.hearthd.launcher.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What came of the requests so far; any thread may look. */
public final class Tally {
    private static final int EXAMPLES = 10;
    private final long begin = System.nanoTime();
    private final Consumer<String> progress;
    private final Map<String, Long> failures = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private final List<Version> versions = new ArrayList<>();
    private final Waits waits = new Waits();
    private long total;
    private long failed;

    /** @param progress hears a line whenever somebody answers for the first time, and of the first failure of each kind */
    Tally(Consumer<String> progress) {
        this.progress = progress;
    }

    synchronized void ok(Optional<Version> version, long wait) {
        total++;
        waits.add(wait);
        if (version.isPresent() && !versions.contains(version.get())) {
            versions.add(version.get());
            progress.accept(clock() + version.get() + " answers");
        }
    }

    synchronized void failed(LoadFailure failure, long wait) {
        total++;
        failed++;
        waits.add(wait);
        String example = clock() + "failed, " + failure.kind() + ": " + failure.getMessage();
        if (failures.merge(failure.kind(), 1L, Long::sum) == 1) {
            progress.accept(example);
        }
        if (examples.size() < EXAMPLES) {
            examples.add(example);
        }
    }

    private String clock() {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        return String.format("%d.%03d s: ", millis / 1000, millis % 1000);
    }

    /** Requests that have ended, well or not. */
    public synchronized long total() {
        return total;
    }

    /** Those that have not ended well. */
    public synchronized long failed() {
        return failed;
    }

    /** Their number by kind. */
    public synchronized Map<String, Long> failures() {
        return new TreeMap<>(failures);
    }

    /** The first failures, with time and reason. */
    public synchronized List<String> examples() {
        return List.copyOf(examples);
    }

    /** Who has answered, in the order in which they began to. */
    public synchronized List<Version> versions() {
        return List.copyOf(versions);
    }

    /** The longest time from the planned departure of a request to its end, in milliseconds, rounded up. */
    public synchronized long longestMillis() {
        return millis(waits.longest());
    }

    /** That share of the requests, e.g. 0.99, waited no longer than this many milliseconds, rounded up. */
    public synchronized long millis(double share) {
        return millis(waits.quantile(share));
    }

    private static long millis(long nanos) {
        return (nanos + 999_999) / 1_000_000;
    }

    /** One line: {@code hello 1.0.0 -> 2.0.0: 0 failed of 12,000, longest wait 8 ms}. */
    public synchronized String verdict() {
        String who = Verdict.names(versions);
        String kinds = failures.isEmpty() ? "" : " " + Verdict.kinds(failures);
        return String.format("%s%,d failed%s of %,d, longest wait %,d ms", who.isEmpty() ? "" : who + ": ", failed, kinds, total,
                longestMillis());
    }

    @Override
    public String toString() {
        return verdict() + "\n" + String.join("\n", examples());
    }
}
