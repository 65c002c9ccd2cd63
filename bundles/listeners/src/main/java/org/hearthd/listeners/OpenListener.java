package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.Fd;

/** A listening socket that was given out. */
final class OpenListener implements ListeningSocket {
    private static final System.Logger LOG = System.getLogger(OpenListener.class.getName());

    private final Fd fd;
    private final ListenAddress address;
    private final Path path;
    private final Optional<SocketPath.Identity> bound;
    private final Runnable atEnd;
    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * A socket to be ended.
     *
     * @param path the path that was bound here, or null
     * @param bound which file that was
     * @param atEnd runs once
     */
    OpenListener(Fd fd, ListenAddress address, Path path, Optional<SocketPath.Identity> bound, Runnable atEnd) {
        this.fd = fd;
        this.address = address;
        this.path = path;
        this.bound = bound;
        this.atEnd = atEnd;
    }

    @Override
    public Fd fd() {
        return fd;
    }

    @Override
    public ListenAddress address() {
        return address;
    }

    @Override
    public boolean bound() {
        return bound.isPresent();
    }

    @Override
    public void handOver() {
        if (ended.compareAndSet(false, true)) {
            fd.close();
            atEnd.run();
        }
    }

    @Override
    public void stop() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        if (bound.isPresent()) {
            removePath();
        }
        fd.close();
        atEnd.run();
    }

    private void removePath() {
        try (PathLock lock = PathLock.of(path)) {
            if (SocketPath.identity(path).equals(bound)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, address + " stays behind: " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return address + " (" + fd + ")";
    }
}
