package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.NoDescriptorException;
import org.junit.jupiter.api.Test;

final class WaitingTest {
    @Test
    void anExchangeForWhichThereIsNoDescriptorGets503WithTheReason() throws Exception {
        AtomicReference<Response> answer = new AtomicReference<>();
        Exchange exchange = (Exchange) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Exchange.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "request" -> Request.of("GET", "/a", "HTTP/1.1", "a", Headers.EMPTY);
                    case "id" -> "7";
                    case "takeSocket" -> throw new NoDescriptorException("None is left.", null);
                    case "respond" -> {
                        answer.set((Response) arguments[0]);
                        yield null;
                    }
                    default -> throw new AssertionError(method);
                });
        assertFalse(new Waiting(exchange, System.nanoTime()).prepare(Datagram.C_LIMIT, "far"));
        assertEquals(503, answer.get().status());
        assertEquals("1", answer.get().headers().get("Retry-After"));
        String page = StandardCharsets.ISO_8859_1.decode(answer.get().body()).toString();
        assertTrue(page.contains("None is left."), page);
    }
}
