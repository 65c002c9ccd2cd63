package org.hearthd.scgi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** How many use something that is to end when nobody does any more. */
final class Uses {
    private final AtomicInteger count = new AtomicInteger();
    private final CompletableFuture<Void> none = new CompletableFuture<>();
    private volatile boolean last;

    void begin() {
        count.incrementAndGet();
    }

    void end() {
        if (count.decrementAndGet() == 0 && last) {
            none.complete(null);
        }
    }

    /** No new use begins but from one that is there; completes when there is none. */
    CompletionStage<Void> none() {
        last = true;
        if (count.get() == 0) {
            none.complete(null);
        }
        return none;
    }
}
