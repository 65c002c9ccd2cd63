package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Tests with real sockets: as many descriptors are open after a test as before it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class Sockets {
    final PacketTransport packets = new JunixPackets();
    final StreamTransport streams = new JunixStreams();
    private int openBefore;

    @BeforeEach
    void countDescriptors() throws IOException {
        // the first use of anything loads classes and libraries
        packets.pair().close();
        FdPair pair = streams.pair();
        pair.theirs().close();
        streams.adopt(pair.ours()).close();
        openBefore = openDescriptors();
    }

    @AfterEach
    void closesEveryDescriptor() {
        await("as many open descriptors as before", () -> openDescriptors() == openBefore);
    }

    static int openDescriptors() {
        return new File("/proc/self/fd").list().length;
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain for " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    static Request request(String method, String... headers) {
        return Request.of(method, "/a/b?q", "HTTP/1.1", "b", Headers.of(headers));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Everything that arrives up to the end. */
    static String readAll(StreamConnection from) throws IOException {
        return new String(from.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
