package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.Exchange;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** A process that has no more threads or memory. */
final class ForwarderErrorTest extends ForwarderHouse {
    @Test
    void withoutAThreadToSendARequestGets503AndTheNextIsSent() throws Exception {
        AtomicBoolean exhausted = new AtomicBoolean(true);
        forwarder = new Forwarder("far", new Forwarder.Limits(1000, 120_000, Datagram.C_LIMIT), () -> streams, task -> {
            if (exhausted.get()) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            new Thread(() -> {
                writers.incrementAndGet();
                task.run();
                writers.decrementAndGet();
            }, "writer").start();
        }, (connection, why) -> broken.add(connection));
        assertStatus(503, request("a"));
        assertEquals(0, forwarder.waiting());
        Line line = line();
        forwarder.connected(line.near());
        request("b");
        assertEquals("b", serve(line.far()));
        line.far().close();
        assertStatus(503, request("c"));
        exhausted.set(false);
        request("d");
        Line next = line();
        forwarder.connected(next.near());
        assertEquals("d", serve(next.far()));
    }

    @Test
    void aRequestThatMakesTheWriterFailGets503AndTheOthersAreSent() throws Exception {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        Exchange whole = ResponseSocket.exchange("test", plain("a"), pair.theirs(), () -> streams);
        forwarder.forward((Exchange) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Exchange.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("takeSocket")) {
                        throw new OutOfMemoryError("on purpose");
                    }
                    try {
                        return method.invoke(whole, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
        request("b");
        Line line = line();
        forwarder.connected(line.near());
        String answer = answer(client);
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertEquals("b", serve(line.far()));
        await("the end of the writer", () -> writers.get() == 0);
        request("c");
        assertEquals("c", serve(line.far()));
    }
}
