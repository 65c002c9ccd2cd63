package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.Handler;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** What a successor has to have before it can take over. */
class MissingHandlersTest extends SuccessionContract {
    @Test
    void aSuccessorWhoseHandlerCanNotBeFetchedIsMissingItUntilItCan() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        AtomicBoolean works = new AtomicBoolean();
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            two.getBundleContext().registerService(Handler.class.getName(), new ServiceFactory<Handler>() {
                @Override
                public Handler getService(Bundle bundle, ServiceRegistration<Handler> registration) {
                    return works.get() ? says("two") : null;
                }

                @Override
                public void ungetService(Bundle bundle, ServiceRegistration<Handler> registration, Handler service) {
                    works.set(false);
                }
            }, House.properties(Handler.NAME, "a"));
            Await.until("the reason is told",
                    () -> succession.missing().equals(Map.of("a", "it is registered but can not be activated")));
            works.set(true);
            awaitComplete(succession);
        }
    }

    @Test
    void aSuccessorsAdditionalHandlerHasToWorkAsWell() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            register(two, new Checked(() -> {
                throw new IllegalStateException("its database does not answer");
            }), Handler.NAME, "b");
            Await.until("the reason is told", () -> succession.missing()
                    .equals(Map.of("b", "its self-check failed: its database does not answer")));
        }
    }

    @Test
    void aHandlerThatIsAwayForAMomentIsRequiredAllTheSame() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        register(one, says("one"), Handler.NAME, "b").unregister();
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            Await.until("a is there", () -> !succession.missing().containsKey("a"));
            assertEquals(Map.of("b", NONE), succession.missing(), "requests may wait for it");
            register(two, says("two"), Handler.NAME, "b");
            awaitComplete(succession);
        }
    }

    @Test
    void aHandlerThatIsAwayForLongIsRequiredOnlyIfItReturns() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        for (String name : List.of("b", "c")) {
            ServiceRegistration<Handler> away = register(one, says("one"), Handler.NAME, name, Handler.PARK_TIMEOUT, 0);
            Await.until("it was there", () -> house.dispatcher.registry().slots().of(name).ready());
            away.unregister();
        }
        try (Succession succession = house.dispatcher.succeed(one, two, "b"::equals)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            Await.until("a is there", () -> !succession.missing().containsKey("a"));
            assertEquals(Map.of("b", NONE), succession.missing());
        }
    }

    @Test
    void aHandlerThatHasNeverWorkedIsNotRequired() throws Exception {
        register(one, new Checked(() -> {
            throw new IllegalStateException("no disk");
        }), Handler.NAME, "a");
        Await.until("it has failed", () -> house.dispatcher.failed(one));
        assertEquals(Map.of("a", "its self-check failed: no disk"), house.dispatcher.shortcomings(one));
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            assertEquals(Map.of(), succession.missing());
        }
    }

    @Test
    void aHandlerThatComesDuringTheSuccessionIsRequiredToo() throws Exception {
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            assertEquals(Map.of(), succession.missing());
            register(one, says("one"), Handler.NAME, "late");
            assertEquals(Map.of("late", NONE), succession.missing());
        }
    }
}
