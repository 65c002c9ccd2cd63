package org.hearthd.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A program that was started. */
@ProviderType
public interface Child {
    /** Its process id; 0 if it could not be executed. */
    long pid();

    /**
     * Completes with its status once it has ended and was reaped; a signal is 128 and the signal's number, as in a shell; 127 says that it
     * could not be executed. Its last lines are there by then, unless a descendant holds on to its standard error.
     */
    CompletableFuture<Integer> exit();

    /** The last lines of its standard error, at most ten, oldest first, if it goes to the log; why it could not be executed. */
    List<String> lastErrors();

    /**
     * Ends it, without waiting here: by itself within {@code graceMs}, for which its owner has closed the other end of its standard input
     * before; else by SIGTERM; else after {@code termMs} more by SIGKILL. Its descendants of the moment of SIGTERM get both signals too,
     * because they may hold its descriptors, also those that outlive it. Descendants of a child that ends by itself are its own affair.
     *
     * @return its status as {@link #exit}, but not before those have ended, or been killed, that got SIGTERM with it
     */
    CompletableFuture<Integer> end(long graceMs, long termMs);

    /** How it ended or that it runs, for messages: {@code status 3, its last lines: ...}. */
    String state();
}
