package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** How one version of a handler bundle gives way to another, and what happens when it can not. */
class SwapIT {
    /** Enough for a start on a busy machine. */
    private static final long READY_MS = 10_000;

    @TempDir
    Path home;
    private Room room;

    @BeforeEach
    void open() throws Exception {
        room = new Room(home);
    }

    @AfterEach
    void close() throws Exception {
        room.close();
    }

    private static Jars hello(String version) {
        return Jars.bundle("org.example.hello", version).greets("hello");
    }

    private void startWith(Jars jar) throws Exception {
        room.put("hello.jar", jar);
        room.start(Map.of("poll.ms", 50, "gc.interval.ms", 300L, "ready.timeout.ms", READY_MS));
        assertNotNull(room.active("hello.jar"), room.log::toString);
    }

    /** The bundle still runs, untouched, and all three places say why the jar does not. */
    private void assertRefused(Bundle old, String reason) throws Exception {
        room.until(() -> room.mark("hello.jar").contains(reason), "the mark says " + reason);
        String mark = room.mark("hello.jar");
        assertTrue(mark.lines().count() <= 10, mark);
        assertTrue(mark.contains("serving: org.example.hello " + old.getVersion() + " goes on\n"), mark);
        assertTrue(room.state("hello.jar").contains(reason), () -> room.log.toString());
        assertTrue(room.logged("hello.jar cannot be deployed: "), () -> room.log.toString());
        assertTrue(room.logged(reason), () -> room.log.toString());
        room.until(() -> room.bundles("hello.jar").equals(List.of(old)), "nothing else is left of the attempt");
        assertEquals(Bundle.ACTIVE, old.getState());
        assertEquals(old.getVersion().toString(), room.handlers.serving("hello"));
    }

    @Test
    void keepsTheOldVersionUntilTheNewOneIsReadyAndThenUntilItIsDrained() throws Exception {
        CompletableFuture<Void> drain = new CompletableFuture<>();
        room.handlers.drains.put("1.0.0", drain);
        startWith(hello("1.0.0"));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0"));
        room.until(() -> room.handlers.serving("hello").equals("2.0.0"), "the new one serves");
        assertEquals(Bundle.ACTIVE, old.getState());
        room.until(() -> room.state("hello.jar").equals("active, 1.0.0 draining 1 requests"), "it says so");
        drain.complete(null);
        room.until(() -> room.runs("hello.jar", "2.0.0"), "the old one is uninstalled");
        room.until(() -> room.state("hello.jar").equals("active"), "and that is all");
        assertEquals("1.0.0", room.row("hello.jar").get("previous"));
    }

    @Test
    void drainsOneBundleWithoutDelayingAnother() throws Exception {
        room.handlers.drains.put("1.0.0", new CompletableFuture<>());
        room.put("other.jar", Jars.bundle("org.example.other", "5.0.0").greets("other"));
        startWith(hello("1.0.0"));
        room.put("hello.jar", hello("2.0.0"));
        room.put("other.jar", Jars.bundle("org.example.other", "6.0.0").greets("other"));
        room.until(() -> room.runs("other.jar", "6.0.0"), "the other one is swapped");
        room.until(() -> room.handlers.serving("hello").equals("2.0.0"), "the draining one as well");
        room.put("hello.jar", hello("3.0.0"));
        room.until(() -> room.handlers.serving("hello").equals("3.0.0"), "even a second time");
        room.until(() -> room.bundles("hello.jar").size() == 2, "2.0.0 goes before 1.0.0, which is draining still");
    }

    @Test
    void neverWiresANewVersionToTheClassesOfTheOldOne() throws Exception {
        Jars one = hello("1.0.0").header("Export-Package", "org.example.api;version=1.0").header("Import-Package",
                "org.osgi.framework,org.example.api");
        startWith(one);
        room.put("hello.jar", hello("1.0.0").header("Export-Package", "org.example.api;version=1.0")
                .header("Import-Package", "org.osgi.framework,org.example.api").header("Bundle-Name", "another content"));
        Bundle old = room.active("hello.jar");
        room.until(() -> old.getState() == Bundle.UNINSTALLED, "it is swapped, the same version or not");
        for (BundleWire wire : room.active("hello.jar").adapt(BundleWiring.class).getRequiredWires(null)) {
            assertEquals(0, wire.getProvider().getBundle().getBundleId(), wire::toString);
        }
    }

    @Test
    void refusesWhatIsNoBundle() throws Exception {
        startWith(hello("1.0.0"));
        Bundle old = room.active("hello.jar");
        Files.writeString(room.deploy.resolve("hello.jar"), "no jar");
        assertRefused(old, "zip");
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").header("Bundle-Version", "one"));
        assertRefused(old, "its Bundle-Version is not valid");
    }

    @Test
    void refusesWhatDoesNotResolveAndTakesItWhenItDoes() throws Exception {
        startWith(hello("1.0.0"));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0").header("Import-Package", "org.osgi.framework,org.example.lib"));
        room.until(() -> room.mark("hello.jar").contains("no bundle offers the package org.example.lib"), "it is refused");
        assertEquals(Bundle.ACTIVE, old.getState());
        assertEquals("1.0.0", room.handlers.serving("hello"));
        room.put("lib.jar", Jars.bundle("org.example.lib", "1.0.0").header("Export-Package", "org.example.lib"));
        room.until(() -> room.runs("hello.jar", "2.0.0"), "it is tried again");
        room.until(() -> room.mark("hello.jar").isEmpty(), "the mark is gone");
    }

    @Test
    void refusesWhatThrowsWhenItIsStarted() throws Exception {
        startWith(hello("1.0.0"));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        assertRefused(old, "it cannot be started: java.lang.IllegalStateException: no database here");
        room.put("hello.jar", hello("3.0.0"));
        room.until(() -> room.runs("hello.jar", "3.0.0") && room.mark("hello.jar").isEmpty(), "a good one is taken after that");
    }

    @Test
    void refusesWhatLacksAHandlerFailsItsCheckOrDoesNotReturnInTime() throws Exception {
        room.put("hello.jar", hello("1.0.0"));
        room.start(Map.of("poll.ms", 50, "ready.timeout.ms", 300L));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", Jars.bundle("org.example.hello", "2.0.0").greets("goodbye"));
        assertRefused(old, "handler hello: it is not there");
        room.put("hello.jar", hello("2.0.1").header("Failing", "no disk"));
        assertRefused(old, "handler hello: its self-check failed: no disk");
        room.put("hello.jar", hello("2.0.2").activator(Hanger.class));
        assertRefused(old, "its start has not returned");
    }

    /** A component that registers a handler, without its class ever being loaded. */
    private static Jars component(String version, String handler, String attributes, String content) {
        return Jars.bundle("org.example.hello", version).greets("hello").component("org.example.Pool", attributes,
                "<service><provide interface='java.util.function.Supplier'/></service><property name='handler.name' value='"
                        + handler + "'/>" + content);
    }

    @Test
    void refusesWhatLacksAHandlerWhoseReferenceIsAwayForAMoment() throws Exception {
        ServiceRegistration<Runnable> pool = room.context().registerService(Runnable.class, () -> {}, null);
        startWith(component("1.0.0", "pool", "", "<reference name='Pool' interface='java.lang.Runnable'/>"));
        Bundle old = room.active("hello.jar");
        room.until(() -> room.handlers.serving("pool").equals("1.0.0"), "it is there");
        pool.unregister();
        room.until(() -> room.handlers.serving("pool").isEmpty(), "it is away");
        room.put("hello.jar", hello("2.0.0"));
        room.until(() -> room.state("hello.jar").equals("swapping"), "it waits for the handler");
        room.until(() -> room.mark("hello.jar").contains("handler pool: it is not there"), "it is refused");
        assertEquals(Bundle.ACTIVE, old.getState());
    }

    @Test
    void takesWhatLacksAHandlerThatWasWithdrawnOnPurpose() throws Exception {
        room.framework.configure("org.example.pool", Map.of("size", 4));
        startWith(component("1.0.0", "pool", "configuration-policy='require' configuration-pid='org.example.pool'", ""));
        room.until(() -> room.handlers.serving("pool").equals("1.0.0"), "it is there");
        room.framework.unconfigure("org.example.pool");
        room.until(() -> room.handlers.serving("pool").isEmpty(), "it is away");
        room.put("hello.jar", hello("2.0.0"));
        room.until(() -> room.runs("hello.jar", "2.0.0"), "nobody waits for it");
    }

    @Test
    void refusesWhatHasAllHandlersButAComponentThatThrows() throws Exception {
        startWith(hello("1.0.0"));
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0").broken("org.example.Pool"));
        assertRefused(old, "component org.example.Pool failed: java.lang.IllegalStateException: the licence has expired");
    }

    @Test
    void saysNothingNewAboutTheSameJarAndTakesTheSecondWhenTheFirstGoes() throws Exception {
        startWith(hello("1.0.0"));
        Bundle first = room.active("hello.jar");
        Path same = Files.copy(room.deploy.resolve("hello.jar"), home.resolve("same"));
        Files.move(same, room.deploy.resolve("hello.jar"), StandardCopyOption.REPLACE_EXISTING);
        room.until(() -> room.logged("hello.jar holds what runs already: org.example.hello 1.0.0"), "it is reported");
        Files.copy(room.deploy.resolve("hello.jar"), room.deploy.resolve("copy.jar"));
        room.until(() -> room.state("copy.jar").equals("holds the same as hello.jar"), "so is the second");
        assertEquals(List.of(first), room.bundles("hello.jar"));
        assertTrue(room.bundles("copy.jar").isEmpty());
        room.delete("hello.jar");
        room.until(() -> room.runs("copy.jar", "1.0.0") && room.bundles("hello.jar").isEmpty(), "it takes over");
    }

    @Test
    void removesAndTakesBackAtOnce() throws Exception {
        CompletableFuture<Void> drain = new CompletableFuture<>();
        room.handlers.drains.put("1.0.0", drain);
        startWith(hello("1.0.0"));
        Files.copy(room.deploy.resolve("hello.jar"), home.resolve("copy"));
        Bundle first = room.active("hello.jar");
        room.delete("hello.jar");
        room.until(() -> room.handlers.serving("hello").isEmpty(), "it is drained");
        assertEquals(Bundle.ACTIVE, first.getState());
        assertEquals("removed, 1.0.0 draining 1 requests", room.state("hello.jar"));
        Files.move(home.resolve("copy"), room.deploy.resolve("hello.jar"));
        room.until(() -> room.handlers.serving("hello").equals("1.0.0"), "it serves again while the first is draining");
        assertEquals(2, room.bundles("hello.jar").size());
        drain.complete(null);
        room.until(() -> room.runs("hello.jar", "1.0.0"), "the first goes");
        room.until(() -> room.state("hello.jar").equals("active"), "and that is all");
        room.delete("hello.jar");
        room.until(() -> room.row("hello.jar").isEmpty(), "nothing is told of what is gone");
    }

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

    @Test
    void refusesToRestartOthersAndNamesThem() throws Exception {
        room.put("user.jar", Jars.bundle("org.example.user", "1.0.0").header("Import-Package", "org.example.api"));
        startWith(hello("1.0.0").header("Export-Package", "org.example.api"));
        Bundle user = room.active("user.jar");
        Bundle old = room.active("hello.jar");
        room.put("hello.jar", hello("2.0.0").header("Export-Package", "org.example.api"));
        assertRefused(old, "are used by org.example.user, which would have to be restarted");
        room.delete("hello.jar");
        room.until(() -> room.logged("leaking: wiring of org.example.user"), "a removal is done, the classes stay");
        assertEquals(Bundle.ACTIVE, user.getState());
        assertEquals(1, room.bundles("user.jar").size());
        room.delete("user.jar");
        room.until(() -> room.count("old class loader collected") == 2, "both go in the end");
    }

    @Test
    void restartsOthersWhenItMay() throws Exception {
        room.put("user.jar", Jars.bundle("org.example.user", "1.0.0").header("Import-Package", "org.example.api"));
        room.put("hello.jar", hello("1.0.0").header("Export-Package", "org.example.api"));
        room.start(Map.of("poll.ms", 50, "refresh.others", true));
        room.put("hello.jar", hello("2.0.0").header("Export-Package", "org.example.api"));
        room.until(() -> room.runs("hello.jar", "2.0.0") && room.runs("user.jar", "1.0.0"), "both run");
        Bundle provider = room.active("hello.jar");
        room.until(() -> room.active("user.jar") != null && room.active("user.jar").adapt(BundleWiring.class) != null
                && room.active("user.jar").adapt(BundleWiring.class).getRequiredWires("osgi.wiring.package").get(0).getProvider()
                        .getBundle().equals(provider),
                "the user has the new classes");
    }

    @Test
    void fallsBackToTheLastGoodJarWhenABrokenOneLiesThereAtTheStart() throws Exception {
        startWith(hello("1.0.0"));
        room.close();
        Files.writeString(home.resolve("deploy/hello.jar"), "broken");
        room = new Room(home);
        room.start();
        assertEquals("1.0.0", room.handlers.serving("hello"));
        String mark = room.mark("hello.jar");
        assertTrue(mark.contains("serving: the last good copy, org.example.hello 1.0.0"), mark);
        room.put("hello.jar", hello("2.0.0").activator(Thrower.class));
        room.until(() -> room.mark("hello.jar").contains("no database here"), "still refused");
        room.close();
        room = new Room(home);
        room.start();
        assertEquals("1.0.0", room.handlers.serving("hello"), "a jar that does not start is no better");
        room.put("hello.jar", hello("3.0.0"));
        room.until(() -> room.runs("hello.jar", "3.0.0") && room.mark("hello.jar").isEmpty(), "a good one is taken");
        room.delete("hello.jar");
        room.until(() -> Files.notExists(home.resolve("state/deploy/hello.jar")), "the copy goes with the jar");
    }

    @Test
    void deploysAtTheStartWhatWasReplacedWhileItWasDown() throws Exception {
        startWith(hello("1.0.0"));
        room.close();
        room = new Room(home);
        room.put("hello.jar", hello("2.0.0"));
        room.start();
        assertEquals("2.0.0", room.handlers.serving("hello"));
    }

    @Test
    void endsInTheMiddleOfASwapWithoutNoiseAndTheOldOneServes() throws Exception {
        startWith(hello("1.0.0"));
        room.put("hello.jar", hello("2.0.0").activator(Hanger.class));
        room.until(() -> room.state("hello.jar").equals("swapping"), "it is under way");
        room.bundle.stop();
        assertEquals("1.0.0", room.handlers.serving("hello"));
        assertFalse(room.logged("cannot"), room.log::toString);
        room.until(() -> room.runs("hello.jar", "1.0.0"), "nothing is left of it");
        assertEquals("", room.mark("hello.jar"));
    }
}
