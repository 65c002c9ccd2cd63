package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.ComponentConstants;

/** A configuration is deleted while its handler is in use. */
final class DeletedTest extends PersistentContract {
    private final CountDownLatch drained = new CountDownLatch(1);

    @BeforeEach
    void dispatchWaits() {
        house.whileUnregistering = () -> {
            try {
                assertTrue(drained.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }

    private void assertEnds() {
        drained.countDown();
        assertTrue(Await.until(house::empty), "the service stays");
        assertTrue(Await.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("end of handler test"))), "the end does not end");
        assertTrue(ProcessHandle.current().children().findAny().isEmpty(), "a child was left");
    }

    @Test
    void deletingAPersistentHandlerHoldsNobodyUpAndItWorksUntilItsRequestsHaveEnded() throws Exception {
        start(java("java"), "restart_good_ms", 1L);
        long pid = pid(ask("one"));
        handler.stop(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertFalse(house.empty());
        handler.transports(null, null);
        assertEquals(pid, pid(ask("two")));
        assertEquals("", ask("die").answer());
        Client next = ask("next");
        while (next.answer().isEmpty()) {
            // it was sent to the dying process, too
            next = ask("next");
        }
        assertEquals("java", word(next, 0));
        Client last = ask("slow");
        assertEnds();
        assertEquals("java", word(last, 0));
        handler = null;
    }

    @Test
    void deletingATransientHandlerHoldsNobodyUpAndItWorksUntilItsRequestsHaveEnded() throws Exception {
        String[] command = shell("printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; echo works");
        TransientHandler each = new TransientHandler(house.context(), House.config(TransientConfig.class, values(command)),
                House.PID, spawner);
        each.streams(streams);
        each.start();
        each.stop(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertFalse(house.empty());
        each.streams(null);
        Client client = Client.get(streams, "x");
        each.handle(client.exchange());
        assertTrue(client.answer().endsWith("works\n"), client.answer());
        assertEnds();
    }
}
