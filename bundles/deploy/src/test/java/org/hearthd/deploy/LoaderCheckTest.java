package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which collections count. */
class LoaderCheckTest {
    /** Looks only when this test says so. */
    private LoaderCheck check = check(0);
    private final List<String> leaking = new ArrayList<>();

    private static LoaderCheck check(long gcIntervalMs) {
        return new LoaderCheck(gcIntervalMs, new LeakFinder(id -> List.of()), () -> {}, TimeUnit.DAYS.toMillis(1));
    }

    @AfterEach
    void close() {
        check.close();
    }

    private ClassLoader watched(String what) {
        ClassLoader loader = new URLClassLoader(new URL[0], null);
        check.watch(what, 1, new WeakReference<>(loader), verdict -> leaking.add(what));
        return loader;
    }

    /** Collects until what nobody holds is gone. */
    private static void collect() {
        WeakReference<Object> witness = new WeakReference<>(new Object());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        do {
            System.gc();
        } while (!witness.refersTo(null) && System.nanoTime() < deadline);
    }

    @Test
    void aCollectionBeforeALoaderWasWatchedIsNotCharged() {
        ClassLoader early = watched("early");
        check.look();
        collect();
        ClassLoader late = watched("late");
        for (int i = 0; i < 2; i++) {
            check.look();
            collect();
        }
        check.look();
        assertEquals(List.of("early"), leaking, "three collections of the one, two of the other");
        collect();
        check.look();
        assertEquals(List.of("early", "late"), leaking);
        Reference.reachabilityFence(List.of(early, late));
    }

    @Test
    void collectionsThatFollowEachOtherTooSoonCountAsOne() {
        check = check(TimeUnit.HOURS.toMillis(1));
        ClassLoader loader = watched("hasty");
        for (int i = 0; i < 5; i++) {
            check.look();
            collect();
        }
        check.look();
        assertEquals(List.of(), leaking);
        Reference.reachabilityFence(loader);
    }
}
