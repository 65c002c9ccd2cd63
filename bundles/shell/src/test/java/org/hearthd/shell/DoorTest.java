package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.ListenersService;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who accepts goes on whatever becomes of the accepted. */
final class DoorTest extends RealSockets {
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void acceptsTheNextWhenThereWasNoThreadForTheFirstWhichIsClosed() throws Exception {
        UnixAddress address = new UnixAddress(dir.resolve("ctl.sock"));
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        Door door = new Door(new ListenersService(null, streams, packets, descriptors).listen(
                new ListenRequest("ctl", new ListenAddress(null, address), ListenRequest.Type.STREAM, 64, 0600)), client -> {
                    if (accepted.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    client.close();
                    second.countDown();
                });
        door.open(streams);
        try (StreamConnection first = streams.connect(address)) {
            assertEquals(-1, first.input().read());
            streams.connect(address).close();
            assertTrue(second.await(60, TimeUnit.SECONDS));
        } finally {
            door.stop();
        }
        await("the end of the thread",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("shell acceptor")));
    }
}
