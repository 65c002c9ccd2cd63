package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.hearthd.Response;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.junit.jupiter.api.Test;

/** How clients come to a server: its addresses, and who waits there. */
final class AcceptTest extends ServerContract {
    @Test
    void whoHasConnectedButWasNotAcceptedYetIsServedBeforeTheEnd() throws Exception {
        doorway.close();
        PacketConnection early = connect();
        StreamConnection response = request(early, GET);
        CompletableFuture<Void> drained = server.drain().toCompletableFuture();
        assertFalse(Files.exists(address("socket").path()), "others could still connect");
        next().respond(Response.text(200, "served"));
        assertTrue(answer(response).endsWith("served"));
        get(drained);
        assertEnded(early);
    }

    @Test
    void whoHasConnectedToAnAddressThatWasGivenUpIsServed() throws Exception {
        doorway.close();
        PacketConnection early = connect();
        server.listen(doorway("other"));
        assertServes(early);
    }

    @Test
    void aClientThatCanNotBeAcceptedForWantOfDescriptorsIsAcceptedLater() throws Exception {
        doorway.close();
        AtomicInteger failures = new AtomicInteger(2);
        doorway.open(wrapped(PacketTransport.class, packets, (method, result) -> method.equals("adoptListener")
                ? wrapped(PacketListener.class, (PacketListener) result, (called, ignored) -> ignored, called -> {
                    if (called.equals("accept") && failures.getAndDecrement() > 0) {
                        throw new IOException("cannot accept: Too many open files");
                    }
                })
                : result, called -> {}));
        assertServes(connect());
        assertTrue(failures.get() < 0);
    }

    private interface Before {
        void call(String method) throws IOException;
    }

    /** The same, but for what happens before and what comes out. */
    private static <T> T wrapped(Class<T> type, T real, BiFunction<String, Object, Object> after, Before before) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            before.call(method.getName());
            try {
                return after.apply(method.getName(), method.invoke(real, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void anotherTransportAcceptsOnTheSameSocket() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        doorway.close();
        PacketConnection meanwhile = connect();
        doorway.open(new JunixPackets());
        assertServes(meanwhile);
        assertServes(before);
    }

    @Test
    void aLiveSocketIsLeftAloneAndAStaleOneReplaced() throws Exception {
        assertThrows(IOException.class, () -> doorway("socket"));
        assertServes(connect());
        packets.listen(address("stale"), 0600, 1).close();
        Doorway second = doorway("stale");
        packets.connect(address("stale")).close();
        second.stop();
        assertFalse(Files.exists(address("stale").path()));
    }

    @Test
    void anotherAddressIsListenedOnAndConnectionsStay() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        server.listen(doorway("other"));
        assertThrows(IOException.class, this::connect);
        assertServes(before);
        PacketConnection there = packets.connect(address("other"));
        open.add(there);
        assertServes(there);
    }
}
