package org.hearthd.stdin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what has not ended: the exchanges in progress, and the reader that may still bring one. */
final class InFlight {
    /** Begins with the reader. */
    private final AtomicLong count = new AtomicLong(1);
    private final CompletableFuture<Void> none = new CompletableFuture<>();

    void begin() {
        count.incrementAndGet();
    }

    void end() {
        if (count.decrementAndGet() == 0) {
            none.complete(null);
        }
    }

    /** Completes when everything has ended. */
    CompletionStage<Void> none() {
        return none.minimalCompletionStage();
    }
}
