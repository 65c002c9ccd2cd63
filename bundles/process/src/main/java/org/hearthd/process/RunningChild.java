package org.hearthd.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A child that runs, or ran. */
final class RunningChild implements Child {
    /** How long an exit waits for the last lines, which a descendant may hold back for ever. */
    private static final long LINES_MS = 300;

    private final Program program;
    private final Process process;
    private final Lines errors;
    private final CompletableFuture<Integer> exit;
    private final Tree tree;
    /** Completes after {@link #exit}, when nobody is left of those who got SIGTERM. */
    private final CompletableFuture<Integer> gone;

    private RunningChild(Program program, Process process, Lines stdout, Lines errors) {
        this.program = program;
        this.process = process;
        this.errors = errors;
        List<CompletableFuture<Void>> open = new ArrayList<>();
        for (Lines lines : new Lines[] {stdout, errors}) {
            if (lines != null) {
                open.add(lines.finished());
            }
        }
        CompletableFuture<Void> read = CompletableFuture.allOf(open.toArray(new CompletableFuture<?>[0]));
        exit = process.onExit().thenCompose(ended -> read.copy().completeOnTimeout(null, LINES_MS, TimeUnit.MILLISECONDS))
                .thenApply(done -> process.exitValue());
        tree = new Tree(toString(), process.toHandle());
        gone = exit.thenCompose(status -> tree.ended().thenApply(nobody -> status));
    }

    static RunningChild of(Program program, Process process) {
        Lines out = program.stdout() == Output.LOG ? Lines.read(program.name(), process.getInputStream()) : null;
        Lines errors = program.stderr() == Output.LOG ? Lines.read(program.name(), process.getErrorStream()) : null;
        return new RunningChild(program, process, out, errors);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public CompletableFuture<Integer> exit() {
        return exit.copy();
    }

    @Override
    public List<String> lastErrors() {
        return errors == null ? List.of() : errors.last();
    }

    @Override
    public CompletableFuture<Integer> end(long graceMs, long termMs) {
        Timer.after(graceMs, exit, () -> {
            tree.terminate();
            Timer.after(termMs, gone, tree::kill);
        });
        return gone();
    }

    /** As {@link #end} completes, without beginning an end. */
    CompletableFuture<Integer> gone() {
        return gone.copy();
    }

    boolean survives() {
        return program.survives();
    }

    @Override
    public String state() {
        return exit.isDone() ? States.ended(exit.join(), lastErrors()) : "it runs as process " + pid();
    }

    @Override
    public String toString() {
        return program.name() + ", process " + pid();
    }
}
