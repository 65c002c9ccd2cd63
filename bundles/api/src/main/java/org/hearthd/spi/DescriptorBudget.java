package org.hearthd.spi;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Sees to it that the process never runs out of descriptors: whoever is about to use one for a request asks first, and answers 503 with
 * the reason where there are too few. A service; where there is none, {@link #NONE} stands for it.
 */
@ProviderType
public interface DescriptorBudget {
    /** No budget: everything is allowed, nothing is counted. */
    DescriptorBudget NONE = use -> () -> {};

    /** What descriptors are used for. */
    enum Use {
        /** The connection of a client that was accepted; what is left of the limit behind the budget is there for half of these. */
        CLIENT,
        /** A response socket that came with a request which is worked on here: its lease. */
        LEASED,
        /** A response socket that was handed on, of which the other end waits here for the answer. */
        IN_FLIGHT
    }

    /** A use that is counted until it ends. */
    @FunctionalInterface
    interface Held {
        /** It has ended; to be called once. */
        void release();
    }

    /** That one, or {@link #NONE} for null. */
    static DescriptorBudget or(DescriptorBudget there) {
        return there == null ? NONE : there;
    }

    /**
     * Begins a use; does not wait.
     *
     * @throws NoDescriptorException if that is over the budget; nothing is counted then
     */
    Held hold(Use use) throws NoDescriptorException;
}
