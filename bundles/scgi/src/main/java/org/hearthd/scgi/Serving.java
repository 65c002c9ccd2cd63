package org.hearthd.scgi;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.process.Child;
import org.hearthd.process.SocketHolders;

/** A program that was given a listening socket: its first process, and what that has left in the background. */
final class Serving {
    private static final System.Logger LOG = System.getLogger(Serving.class.getName());

    private final String name;
    private final Child child;
    private final SocketHolders holders;
    /** Whether its first process has ended as that of a program does that goes into the background: well, and soon. */
    private final CompletableFuture<Boolean> daemon;
    private volatile boolean left;

    /**
     * A program that was started.
     *
     * @param holders those of its socket
     * @param goodMs who lives longer is no program that goes into the background: what has its socket then may only be what it has started
     */
    Serving(String name, Child child, SocketHolders holders, long goodMs) {
        long startedAt = System.nanoTime();
        this.name = name;
        this.child = child;
        this.holders = holders;
        this.daemon = child.exit()
                .thenApply(status -> status == 0 && System.nanoTime() - startedAt < TimeUnit.MILLISECONDS.toNanos(goodMs));
    }

    /** Completes when its first process has ended. */
    CompletableFuture<Integer> exit() {
        return child.exit().copy();
    }

    /**
     * Whether its first process has ended well and soon, and others go on with its socket: that was no crash, and its place is not free.
     * Nothing else tells, because the handler holds the socket too, so that no connection is refused. Not for loops.
     */
    boolean isInBackground() {
        if (!daemon.getNow(false)) {
            return false;
        }
        List<Long> pids = holders.look().stream().map(ProcessHandle::pid).toList();
        if (!left && !pids.isEmpty()) {
            left = true;
            LOG.log(Level.WARNING, () -> name + ": the program has gone into the background, as process "
                    + pids.toString().replaceAll("[\\[\\]]", "")
                    + ": it is started again when nobody has its socket open any more");
        }
        return !pids.isEmpty();
    }

    /** How it has ended, for messages. */
    String ending() {
        return left
                ? "has ended in the background"
                : "has ended" + (child.exit().join() == 0 ? ", though it has to stay in the foreground: " : ": ") + child.state();
    }

    /** As {@link Child#end}, and then the same with all that has the socket open. */
    CompletableFuture<Void> end(long graceMs, long termMs) {
        return child.end(graceMs, termMs).thenComposeAsync(status -> holders.end(name, termMs));
    }
}
