package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** When a name is looked up again, and what is used meanwhile. */
class NamesAgainTest {
    private static final SocketAddress ONE = new InetSocketAddress("127.0.0.1", 1);
    private static final SocketAddress TWO = new InetSocketAddress("127.0.0.2", 1);
    private final Deque<Runnable> lookups = new ArrayDeque<>();
    private final List<List<SocketAddress>> told = new ArrayList<>();
    private String found = "127.0.0.1";
    private LongSupplier valid = () -> Long.MAX_VALUE;
    private final Settings settings = House.settings(House.keys("address", "name.invalid:1"));
    private final Server server = new Server(() -> settings, settings.addresses().get(0), new Services.Names() {
        @Override
        public InetAddress[] addresses(String host) throws UnknownHostException {
            if (found == null) {
                throw new UnknownHostException(host);
            }
            return InetAddress.getAllByName(found);
        }

        @Override
        public long validNanos() {
            return valid.getAsLong();
        }
    }, lookups::add);

    private List<SocketAddress> ask() {
        return server.addresses(told::add);
    }

    @Test
    void aNameThatIsUnknownIsLookedUpForEachRequestUntilItIsFound() {
        found = null;
        assertNull(ask());
        lookups.remove().run();
        assertEquals(List.of(List.of()), told);
        found = "127.0.0.1";
        assertNull(ask());
        lookups.remove().run();
        assertEquals(List.of(ONE), told.get(1));
        assertEquals(List.of(ONE), ask());
        assertEquals(0, lookups.size());
    }

    @Test
    void anOldAddressIsUsedWhileTheNameIsLookedUpAgain() {
        ask();
        lookups.remove().run();
        valid = () -> 0;
        found = "127.0.0.2";
        assertEquals(List.of(ONE), ask());
        assertEquals(List.of(ONE), ask());
        assertEquals(1, lookups.size());
        lookups.remove().run();
        assertEquals(List.of(TWO), ask());
    }

    @Test
    void anOldAddressOfANameThatIsNotFoundAnyMoreIsUsedForThatLongOnceMore() {
        ask();
        lookups.remove().run();
        valid = () -> 0;
        found = null;
        assertEquals(List.of(ONE), ask());
        long failing = System.nanoTime();
        lookups.remove().run();
        // what was learnt since then is valid, what is older is not
        valid = () -> System.nanoTime() - failing + 1;
        assertEquals(List.of(ONE), ask());
        assertEquals(0, lookups.size(), "each request asks once more");
    }
}
