package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Fd;

/**
 * The other processes that have a socket open: what a program to which it was given has left where its first process has ended. Nobody
 * else knows of them, for they are nobody's descendants any more. Those of another user are not seen.
 */
public final class SocketHolders {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());

    private static final String SELF = "self";

    /** Who has not executed its program yet is a copy of this process, with its arguments and all that is open here. */
    private final byte[] arguments = arguments(SELF);
    private final Path socket;
    private List<ProcessHandle> known = List.of();

    /**
     * Those of that socket, also when the descriptor is closed here.
     *
     * @param socket stays the caller's
     * @throws IOException if it can not be told which socket that is
     */
    public SocketHolders(Fd socket) throws IOException {
        this.socket = Files.readSymbolicLink(Path.of("/proc", SELF, "fd", Integer.toString(socket.number())));
    }

    /** Who holds it now. Reads what all processes have open, unless one that is known holds it still. */
    public synchronized List<ProcessHandle> look() {
        known = known.stream().filter(this::holds).toList();
        return known.isEmpty() ? lookAtAll() : known;
    }

    private List<ProcessHandle> lookAtAll() {
        known = ProcessHandle.allProcesses().filter(this::holds).toList();
        return known;
    }

    private boolean holds(ProcessHandle process) {
        if (process.equals(ProcessHandle.current())) {
            return false;
        }
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            for (Path each : open) {
                if (isSocket(each)) {
                    return !Arrays.equals(arguments, arguments(Long.toString(process.pid())));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.TRACE, () -> "process " + process.pid() + " has ended, or is somebody else's: " + e);
        }
        return false;
    }

    private static byte[] arguments(String process) throws IOException {
        return Files.readAllBytes(Path.of("/proc", process, "cmdline"));
    }

    private boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(socket);
        } catch (IOException e) {
            LOG.log(Level.TRACE, () -> descriptor + " has been closed meanwhile: " + e);
            return false;
        }
    }

    /**
     * Sends SIGTERM to all who hold it now and to their descendants, and {@code termMs} later SIGKILL to those who live still.
     *
     * @param name whose they are, for the log
     * @return completes when they have ended, or been killed
     */
    public synchronized CompletableFuture<Void> end(String name, long termMs) {
        return CompletableFuture.allOf(lookAtAll().stream().map(process -> {
            Tree tree = new Tree("the first process of " + name, process);
            tree.terminate();
            CompletableFuture<Void> gone = tree.ended();
            Timer.after(termMs, gone, tree::kill);
            return gone;
        }).toArray(CompletableFuture<?>[]::new));
    }
}
