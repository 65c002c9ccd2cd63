package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Exchange;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.junit.jupiter.api.Test;

/** Readers that wait for room, of which there may be a thousand. */
final class ReaderBufferTest extends ForwarderHouse {
    @Test
    void aReaderThatWaitsWithAnExchangeLeavesItsBufferToOthers() throws Exception {
        Line line = line();
        AtomicReference<ByteBuffer> read = new AtomicReference<>();
        PacketConnection watched = (PacketConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {PacketConnection.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(line.near(), arguments);
                        read.set(arguments[0] instanceof Packet packet ? packet.data() : null);
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        sendOnly(line, "a");
        List<String> taken = new ArrayList<>();
        Requests.receiveStrictly(watched, () -> streams, "test", exchange -> taken.add(used(exchange, read.get())));
        assertEquals(List.of("a"), taken);
    }

    /** What the next reader gets is the buffer of this one. */
    private static String used(Exchange exchange, ByteBuffer read) {
        try (exchange; Packet next = new Packet(1)) {
            assertSame(read, next.data());
            return exchange.request().rest();
        }
    }
}
