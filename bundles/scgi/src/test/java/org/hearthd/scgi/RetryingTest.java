package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often a request tries to connect while nobody listens. */
class RetryingTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicInteger attempts = new AtomicInteger();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() throws InterruptedException {
        loop.shutdownGracefully(0, 60, TimeUnit.SECONDS).await();
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "5,6"})
    void thereIsOneAttemptAndSoManyMore(int retries, int count) throws Exception {
        Launch launch = House.settings(House.keys("address", "1", "retries", retries, "retry.delay.ms", 1L, "essential", true))
                .launch();
        Dialer refusing = (on, request) -> {
            attempts.incrementAndGet();
            return on.newFailedFuture(new Dialer.Refused(503, "refused", Dialer.Refused.Reach.NOBODY));
        };
        Future<Dialer.Line> result = new Retrying(refusing, launch, null, ends::add).dial(loop, null);
        assertTrue(result.await(60, TimeUnit.SECONDS));
        assertFalse(result.isSuccess());
        assertEquals(count, attempts.get());
        assertNotNull(ends.poll(60, TimeUnit.SECONDS), "callscgi does not end");
    }

    @Test
    void whoIsOnlySlowIsNotTriedAgain() throws Exception {
        Launch launch = House.settings(House.keys("address", "1", "retries", 5, "retry.delay.ms", 1L)).launch();
        Dialer slow = (on, request) -> {
            attempts.incrementAndGet();
            return on.newFailedFuture(new Dialer.Refused(504, "slow"));
        };
        assertTrue(new Retrying(slow, launch, null, ends::add).dial(loop, null).await(60, TimeUnit.SECONDS));
        assertEquals(1, attempts.get());
        assertEquals(0, ends.size());
    }
}
