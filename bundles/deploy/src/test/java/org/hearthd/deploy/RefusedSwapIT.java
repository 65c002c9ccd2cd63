package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** What is refused, and that the version before goes on. */
class RefusedSwapIT extends InRoom {
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
}
