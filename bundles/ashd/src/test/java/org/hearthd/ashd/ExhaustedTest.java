package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Exchange;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.PacketConnection;
import org.junit.jupiter.api.Test;

/** A reader that has no descriptor left at times. */
final class ExhaustedTest extends ForwarderHouse {
    @Test
    void aRequestForWhichThereIsNoDescriptorIsLostAndTheConnectionGoesOn() throws Exception {
        Line line = line();
        List<Exchange> taken = new ArrayList<>();
        List<Integer> calls = new ArrayList<>();
        PacketConnection scarce = (PacketConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {PacketConnection.class}, (proxy, method, arguments) -> {
                    calls.add(calls.size());
                    if (calls.size() == 1) {
                        throw new ExhaustedTransportException("none left");
                    }
                    try {
                        return method.invoke(line.near(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        sendOnly(line, "a");
        Requests.receiveStrictly(scarce, () -> streams, "test", taken::add);
        assertEquals(1, taken.size());
        taken.get(0).close();
    }
}
