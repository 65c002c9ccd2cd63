package org.hearthd.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.hearthd.transport.Gap;
import org.hearthd.transport.NoTransportException;

/** Tries other processes out beside the one that a keeper has; the last one wins. Its lock is the keeper's. */
final class Trials {
    private final Keeper keeper;
    private Trial pending;

    Trials(Keeper keeper) {
        this.keeper = keeper;
    }

    /** As {@link Keeper#settings(PersistentSettings)}. */
    CompletableFuture<Void> settings(PersistentSettings changed) {
        String why = "a later change has taken its place";
        if (!keeps(changed, why)) {
            return begin(() -> changed, why);
        }
        keeper.publish();
        return CompletableFuture.completedFuture(null);
    }

    /** Whether the process that is there will do. */
    private boolean keeps(PersistentSettings changed, String why) {
        synchronized (keeper) {
            boolean same = changed.program().equals(keeper.settings().program());
            if (same) {
                forget(why);
                keeper.adopt(changed);
            }
            return same;
        }
    }

    /** As {@link Keeper#restart}, but without the process id. */
    CompletableFuture<Void> restart() {
        return begin(() -> pending == null ? keeper.settings() : pending.settings(), "it is restarted");
    }

    /** Starts it as soon as there is a transport. Nobody has the lock while it waits for that. */
    private CompletableFuture<Void> begin(Supplier<PersistentSettings> wanted, String why) {
        try {
            return Gap.await(() -> attempt(wanted, why), "transport");
        } catch (NoTransportException e) {
            return CompletableFuture.failedFuture(Trial.notStarted(keeper.settings(), e.getMessage()));
        }
    }

    /** Null if there is no transport: nothing has happened then. */
    private CompletableFuture<Void> attempt(Supplier<PersistentSettings> wanted, String why) {
        synchronized (keeper) {
            PersistentSettings settings = wanted.get();
            Run run;
            try {
                run = keeper.launch(settings.program());
            } catch (NoTransportException e) {
                return null;
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                forget(why);
                return CompletableFuture.failedFuture(
                        Trial.notStarted(settings, e instanceof IOException ? e.getMessage() : e.toString()));
            }
            forget(why);
            Trial trial = new Trial(run, settings);
            pending = trial;
            run.ready(settings.ready()).thenAccept(ready -> keeper.aside(() -> decide(trial, ready)));
            return trial.done();
        }
    }

    /** Gives up what is being tried out. */
    void forget(String why) {
        synchronized (keeper) {
            if (pending != null) {
                Trial forgotten = pending;
                pending = null;
                forgotten.forget(why);
            }
        }
    }

    private void decide(Trial trial, boolean ready) {
        if (ready && take(trial)) {
            trial.done().complete(null);
        } else if (!ready) {
            boolean slow = !trial.run().over().isDone();
            trial.end(slow).thenAccept(status -> keeper.aside(() -> drop(trial, slow)));
        }
    }

    /** The new process is the current one, but gets no request before everybody knows that. */
    private boolean take(Trial trial) {
        PersistentSettings former;
        Run old;
        synchronized (keeper) {
            if (pending != trial) {
                return false;
            }
            pending = null;
            former = keeper.settings();
            old = keeper.replace(trial.run(), trial.settings());
        }
        keeper.publish();
        keeper.connect(trial.run());
        if (old != null) {
            old.drain(former);
        }
        return true;
    }

    private void drop(Trial trial, boolean slow) {
        synchronized (keeper) {
            if (pending == trial) {
                pending = null;
            }
        }
        trial.fail(slow);
    }
}
