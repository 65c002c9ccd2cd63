package org.hearthd.itests;

import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.junit.Test;

/** A swap each second for a long time: nothing may grow with their number. */
public class SoakUnderLoadIT extends WithHearth {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Pattern LOADED = Pattern.compile("Total Usage - ([0-9]+) loaders, ([0-9]+) classes");
    /** For what comes and goes: a sample may fall into a swap, and a pool's threads go when they have been idle for some seconds. */
    private static final int SLACK = 6;

    private Path stamped;
    private int version = 1;

    /** What the runtime holds. */
    private record Sample(long descriptors, long threads, long loaders, long classes) {
        static long median(List<Sample> samples, java.util.function.ToLongFunction<Sample> what) {
            return samples.stream().mapToLong(what).sorted().skip(samples.size() / 2).findFirst().orElseThrow();
        }
    }

    @Test
    public void descriptorsThreadsAndLoadedClassesStayFlat() throws Exception {
        HearthProcess.home(home, "org.hearthd.deploy.cfg", "gc.interval.ms = 1000\n");
        stamped = HandlerBundles.pack(dir, "stamped", "1.0.1", Stamp.class, Stamped.class);
        try (HearthProcess started = HearthProcess.ready(home)) {
            hearth = started;
            hearth.deploy(stamped, "stamped.jar");
            hearth.awaitAnswer("/stamped?1", 200, "\u0001");
            try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped"))) {
                swaps(load, Scale.of(3, 20));
                List<Sample> samples = swaps(load, Scale.of(13, 600));
                load.end();
                assertFlat(samples);
            }
        }
    }

    /** One each second, and a sample after each third, which on a busy machine may be later than that. */
    private List<Sample> swaps(UnderLoad load, int number) throws Exception {
        List<Sample> samples = new ArrayList<>();
        long next = System.nanoTime();
        for (int i = 0; i < number; i++) {
            version++;
            hearth.deploy(HandlerBundles.with(stamped, "next.jar", "Bundle-Version", StampInspection.version(version)),
                    "stamped.jar");
            load.awaitStamp("stamped", version);
            if (i % 2 == 0) {
                samples.add(sample());
            }
            next += SECOND;
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
        return samples;
    }

    private static void assertFlat(List<Sample> samples) {
        List<Sample> first = samples.subList(0, samples.size() / 3);
        List<Sample> last = samples.subList(samples.size() - samples.size() / 3, samples.size());
        System.out.println("first " + first.get(0) + ", last " + last.get(last.size() - 1));
        assertFlat("descriptors", Sample.median(first, Sample::descriptors), Sample.median(last, Sample::descriptors), SLACK,
                samples);
        assertFlat("threads", Sample.median(first, Sample::threads), Sample.median(last, Sample::threads), SLACK, samples);
        assertFlat("loaders", Sample.median(first, Sample::loaders), Sample.median(last, Sample::loaders), SLACK, samples);
        // a runtime that is still young loads classes of its own
        assertFlat("classes", Sample.median(first, Sample::classes), Sample.median(last, Sample::classes), 150, samples);
    }

    private static void assertFlat(String what, long first, long last, long slack, List<Sample> samples) {
        assertTrue(what + " were " + first + " and are " + last + ": " + samples, last <= first + slack);
    }

    private Sample sample() throws Exception {
        jcmd("GC.run");
        Matcher loaded = LOADED.matcher(jcmd("VM.metaspace"));
        assertTrue("jcmd tells of loaders and classes", loaded.find());
        return new Sample(hearth.descriptors(), threads(), Long.parseLong(loaded.group(1)), Long.parseLong(loaded.group(2)));
    }

    private long threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(hearth.process.pid()), "task"))) {
            return tasks.count();
        }
    }

    private String jcmd(String command) throws Exception {
        Process jcmd = new ProcessBuilder(System.getProperty("java.home") + "/bin/jcmd", "-J-XX:TieredStopAtLevel=1",
                Long.toString(hearth.process.pid()), command).redirectErrorStream(true).start();
        String output = new String(jcmd.getInputStream().readAllBytes());
        assertTrue(output, jcmd.waitFor() == 0);
        return output;
    }
}
