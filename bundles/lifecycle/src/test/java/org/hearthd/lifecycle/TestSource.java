package org.hearthd.lifecycle;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.hearthd.spi.Source;

/** A source whose end the test decides. */
final class TestSource implements Source {
    final CompletableFuture<Void> drained = new CompletableFuture<>();
    final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    final CountDownLatch draining = new CountDownLatch(1);

    @Override
    public String describe() {
        return "test source";
    }

    @Override
    public CompletionStage<Void> drain() {
        draining.countDown();
        return drained;
    }

    @Override
    public CompletionStage<Void> exhausted() {
        return exhausted;
    }
}
