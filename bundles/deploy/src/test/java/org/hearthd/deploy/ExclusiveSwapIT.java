package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** How an exclusive handler bundle, which must not run twice, gives way to its successor or stays. */
class ExclusiveSwapIT extends InRoom {
    @Test
    void stopsExclusiveHandlersFirstAndStartsThemAgainWhenTheNewOnesFail() throws Exception {
        room.put("hello.jar", hello("1.0.0").header("Exclusive", "true"));
        room.start(Map.of("poll.ms", 50, "ready.timeout.ms", 300L));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        assertRefused(old, "no database here");
        room.put("hello.jar", hello("2.0.1").header("Failing", "no disk"));
        assertRefused(old, "no disk");
        room.put("hello.jar", hello("2.0.2").header("Import-Package", "org.osgi.framework,org.example.none"));
        room.until(() -> room.mark("hello.jar").contains("org.example.none"), "not even stopped for what does not resolve");
        room.put("hello.jar", hello("3.0.0"));
        room.until(() -> room.runs("hello.jar", "3.0.0"), "a good one takes over");
        assertEquals("3.0.0", room.handlers.serving("hello"));
    }

    @Test
    void startsAnExclusiveHandlerAgainUntilItRuns() throws Exception {
        Path port = Files.createFile(home.resolve("port"));
        startWith(hello("1.0.0").header("Exclusive", "true").header("Needs", port.toString()));
        Bundle old = room.active("hello.jar");
        Files.delete(port);
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        room.until(() -> room.mark("hello.jar").contains("no database here"), "it is refused");
        assertTrue(
                room.mark("hello.jar")
                        .contains("serving: org.example.hello 1.0.0 does not start again, which is tried each second: "
                                + "it cannot be started: java.lang.IllegalStateException: somebody else has the port"),
                room.mark("hello.jar"));
        assertTrue(room.state("hello.jar").contains("no database here; 1.0.0 does not start again"), () -> room.log.toString());
        Files.createFile(port);
        room.until(() -> room.logged("org.example.hello 1.0.0 runs again"), "it is tried again");
        assertEquals("1.0.0", room.handlers.serving("hello"));
        assertEquals(1, room.log.stream().filter(line -> line.startsWith("org.example.hello 1.0.0 does not start")).count());
        assertEquals(List.of(old), room.bundles("hello.jar"));
        Files.delete(port);
        room.put("hello.jar", hello("2.0.1").activator(Thrower.class));
        room.until(() -> room.state("hello.jar").contains("1.0.0 does not start again"), "the same once more");
        room.put("hello.jar", hello("3.0.0"));
        room.until(() -> room.runs("hello.jar", "3.0.0") && room.state("hello.jar").equals("active"), "a good one takes over");
    }

    /** Counts how often a bundle is stopped. */
    private AtomicInteger stops(Bundle bundle) {
        AtomicInteger stops = new AtomicInteger();
        room.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getBundle().equals(bundle) && event.getType() == BundleEvent.STOPPING) {
                stops.incrementAndGet();
            }
        });
        return stops;
    }

    @Test
    void leavesAnExclusiveHandlerAsItIsWhenItsSuccessorGivesUpBeforeItHasDrained() throws Exception {
        CompletableFuture<Void> drain = new CompletableFuture<>();
        room.handlers.drains.put("1.0.0", drain);
        startWith(hello("1.0.0").header("Exclusive", "true"));
        Bundle old = room.active("hello.jar");
        AtomicInteger stops = stops(old);
        room.put("hello.jar", hello("2.0.0").header("Exclusive", "true"));
        room.until(() -> room.handlers.serving("hello").isEmpty(), "it is retired");
        Files.writeString(home.resolve("broken"), "no jar");
        Files.move(home.resolve("broken"), room.deploy.resolve("hello.jar"), StandardCopyOption.REPLACE_EXISTING);
        room.until(() -> room.handlers.serving("hello").equals("1.0.0"), "it is in service again");
        assertRefused(old, "zip");
        assertEquals(0, stops.get(), "stopped though a request is in progress");
        room.put("hello.jar", hello("3.0.0").header("Exclusive", "true"));
        room.until(() -> room.handlers.serving("hello").isEmpty(), "it is retired once more");
        drain.complete(null);
        room.until(() -> room.runs("hello.jar", "3.0.0"), "a good one takes over");
    }

    @Test
    void isReconfiguredWhileAnExclusiveHandlerDrainsWithoutStoppingIt() throws Exception {
        CompletableFuture<Void> drain = new CompletableFuture<>();
        room.handlers.drains.put("1.0.0", drain);
        startWith(hello("1.0.0").header("Exclusive", "true"));
        AtomicInteger stops = stops(room.active("hello.jar"));
        room.put("hello.jar", hello("2.0.0").header("Exclusive", "true"));
        room.until(() -> room.handlers.serving("hello").isEmpty(), "it is retired");
        Object before = room.command();
        room.framework.configure("org.hearthd.deploy", Map.of("poll.ms", 60, "ready.timeout.ms", 200L));
        room.until(() -> room.command() != null && room.command() != before, "this room is another one");
        room.until(() -> room.state("hello.jar").equals("swapping"), "it is tried again");
        assertEquals(0, stops.get(), "stopped though a request is in progress");
        drain.complete(null);
        room.until(() -> room.runs("hello.jar", "2.0.0"), "it takes over");
    }

    @Test
    void saysInTenLinesThatNeitherTheNewNorTheOldExclusiveHandlerStarts() throws Exception {
        Path port = Files.createFile(home.resolve("port"));
        startWith(hello("1.0.0").header("Exclusive", "true").header("Needs", port.toString()));
        Files.delete(port);
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        room.until(() -> room.mark("hello.jar").contains("1.0.0 does not start again"), "both fail");
        assertTrue(room.mark("hello.jar").lines().count() <= 10, room.mark("hello.jar"));
        room.until(() -> room.logged("1.0.0 does not start again"), "it is in the log");
        assertTrue(
                room.log.stream().filter(line -> line.contains("does not start again"))
                        .allMatch(line -> line.lines().count() <= 10),
                room.log::toString);
    }

    @Test
    void doesNotStartANewVersionWhileTheOldExclusiveOneIsBeingStartedAgain() throws Exception {
        Path port = Files.createFile(home.resolve("port"));
        Path hold = home.resolve("hold");
        startWith(hello("1.0.0").header("Exclusive", "true").header("Needs", port.toString()).header("Waits", hold.toString()));
        Bundle old = room.active("hello.jar");
        Files.delete(port);
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        room.until(() -> room.state("hello.jar").contains("1.0.0 does not start again"), "both fail");
        Files.createFile(hold);
        Files.createFile(port);
        room.until(() -> Files.exists(Path.of(hold + ".seen")), "the old one is being started");
        AtomicInteger overlaps = new AtomicInteger();
        room.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STARTING && event.getBundle().getVersion().getMajor() == 3
                    && (old.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0) {
                overlaps.incrementAndGet();
            }
        });
        room.put("hello.jar", hello("3.0.0").header("Exclusive", "true"));
        room.until(() -> !room.state("hello.jar").contains("no database here"), "the new one is seen");
        Files.delete(hold);
        room.until(() -> room.runs("hello.jar", "3.0.0"), "it takes over");
        assertEquals(0, overlaps.get(), "both ran");
    }

    @Test
    void startsAnExclusiveHandlerAgainWhateverBreaksOnTheWay() throws Exception {
        startWith(hello("1.0.0").header("Exclusive", "true"));
        Bundle old = room.active("hello.jar");
        room.handlers.errors.put("2.0.0", () -> new OutOfMemoryError("unable to create native thread"));
        room.put("hello.jar", hello("2.0.0").header("Exclusive", "true"));
        assertRefused(old, "deploying it failed: java.lang.OutOfMemoryError: unable to create native thread");
    }
}
