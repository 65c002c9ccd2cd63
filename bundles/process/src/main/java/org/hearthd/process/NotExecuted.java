package org.hearthd.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A child that never was. */
record NotExecuted(String why) implements Child {
    @Override
    public long pid() {
        return 0;
    }

    @Override
    public CompletableFuture<Integer> exit() {
        return CompletableFuture.completedFuture(States.NOT_EXECUTED);
    }

    @Override
    public List<String> lastErrors() {
        return List.of(why);
    }

    @Override
    public CompletableFuture<Integer> end(long graceMs, long termMs) {
        return exit();
    }

    @Override
    public String state() {
        return "status " + States.NOT_EXECUTED + ", " + why;
    }
}
