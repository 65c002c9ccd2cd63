package org.hearthd.ashd;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.hearthd.transport.StreamTransport;

/**
 * Answers 503, on threads of its own, because a response socket that is full holds its writer up.
 *
 * @param streams asked for the transport of the moment
 */
record Refusals(Supplier<StreamTransport> streams, Executor threads) {
    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());

    void answer(List<Waiting> refused, String reason) {
        if (refused.isEmpty()) {
            return;
        }
        try {
            threads.execute(() -> answerHere(refused, reason));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.WARNING, () -> "there is no thread to refuse requests: " + e);
            answerHere(refused, reason);
        }
    }

    /** On the caller's thread. */
    void answerHere(List<Waiting> refused, String reason) {
        refused.forEach(item -> item.answer(503, reason, streams));
    }
}
