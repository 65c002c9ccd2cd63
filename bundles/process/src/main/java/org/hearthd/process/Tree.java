package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A process and the descendants that got SIGTERM with it. Those are remembered: when the process ends before them they are nobody's
 * descendants any more. A handle knows when its process has begun, so another one that gets its number is in no danger.
 */
final class Tree {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());
    /** How often those are looked at that have outlived their parent; nobody tells of their end. */
    private static final long POLL_MS = 20;

    private final String name;
    private final ProcessHandle root;
    private final Set<ProcessHandle> remembered = new LinkedHashSet<>();
    private boolean ended;
    private boolean killed;

    Tree(String name, ProcessHandle root) {
        this.name = name;
        this.root = root;
    }

    /** Sends SIGTERM to the process, if it has not ended, and to those who are its descendants now. */
    synchronized void terminate() {
        if (!ended) {
            remembered.addAll(all(Stream.of(root)));
            remembered.forEach(ProcessHandle::destroy);
        }
    }

    /** Sends SIGKILL to all who got SIGTERM and live still, and to their descendants of this moment. */
    synchronized void kill() {
        Set<ProcessHandle> left = all(remembered.stream().filter(Tree::lives));
        if (ended && !left.isEmpty()) {
            LOG.log(Level.WARNING, () -> name + " has ended, but not its descendants "
                    + left.stream().map(ProcessHandle::pid).toList() + ", which got SIGTERM too: they are killed");
        }
        left.forEach(ProcessHandle::destroyForcibly);
        killed = true;
    }

    /** The process has ended. Completes when nobody is left of those who got SIGTERM with it: at once where it got none. */
    CompletableFuture<Void> ended() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        synchronized (this) {
            ended = true;
        }
        look(gone);
        return gone;
    }

    private void look(CompletableFuture<Void> gone) {
        if (isGone()) {
            gone.complete(null);
        } else {
            Timer.after(POLL_MS, () -> look(gone));
        }
    }

    private synchronized boolean isGone() {
        return killed || remembered.stream().noneMatch(Tree::lives);
    }

    private static Set<ProcessHandle> all(Stream<ProcessHandle> roots) {
        Set<ProcessHandle> all = new LinkedHashSet<>();
        roots.forEach(each -> {
            all.add(each);
            all.addAll(each.descendants().toList());
        });
        return all;
    }

    /** Who has ended may be listed for ever, where nobody takes note of the ends of orphans. */
    private static boolean lives(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            // the name before the state may have any character
            return !stat.startsWith(") Z", stat.lastIndexOf(')'));
        } catch (NoSuchFileException e) {
            LOG.log(Level.TRACE, "it has ended meanwhile", e);
            return false;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "process " + process.pid() + " is taken to be alive: " + e);
            return true;
        }
    }
}
