package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** How one version of a handler bundle gives way to another. */
class SwapIT extends InRoom {
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

    /** As when two threads of the framework get into each other's way. */
    @Test
    void aBundleThatCanNotBeResolvedOnceIsNotReplaced() throws Exception {
        List<Bundle> installed = new CopyOnWriteArrayList<>();
        room.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.INSTALLED && event.getBundle().getSymbolicName().equals("org.example.hello")) {
                installed.add(event.getBundle());
            }
        });
        AtomicBoolean disturbs = new AtomicBoolean(true);
        room.context().registerService(ResolverHookFactory.class,
                triggers -> triggers.stream().anyMatch(SwapIT::isHello) && disturbs.getAndSet(false) ? new Unresolvable() : null,
                null);
        startWith(hello("1.0.0"));
        assertFalse(disturbs.get());
        assertEquals(List.of(room.active("hello.jar")), installed);
    }

    private static boolean isHello(BundleRevision revision) {
        return revision.getSymbolicName().equals("org.example.hello");
    }

    private static final class Unresolvable implements ResolverHook {
        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            candidates.removeIf(SwapIT::isHello);
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> collisions) {
            // as it is
        }

        @Override
        public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
            // as it is
        }

        @Override
        public void end() {
            // nothing is kept
        }
    }

    @Test
    void restartsOthersWhenItMay() throws Exception {
        room.put("user.jar", Jars.bundle("org.example.user", "1.0.0").header("Import-Package", "org.example.api"));
        room.put("hello.jar", hello("1.0.0").header("Export-Package", "org.example.api"));
        room.start(Map.of("poll.ms", 50, "refresh.others", true));
        room.put("hello.jar", hello("2.0.0").header("Export-Package", "org.example.api"));
        room.until(() -> room.runs("hello.jar", "2.0.0") && room.runs("user.jar", "1.0.0"), "both run");
        Bundle provider = room.active("hello.jar");
        room.until(() -> providerOf(room.active("user.jar")) == provider, "the user has the new classes");
    }

    /** Whose package it imports; null while it does not run, or is about to be refreshed. */
    private static Bundle providerOf(Bundle user) {
        BundleWiring wiring = user == null ? null : user.adapt(BundleWiring.class);
        List<BundleWire> wires = wiring == null ? null : wiring.getRequiredWires("osgi.wiring.package");
        return wires == null || wires.isEmpty() ? null : wires.get(0).getProvider().getBundle();
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
