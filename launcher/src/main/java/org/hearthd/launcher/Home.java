package org.hearthd.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of one runtime: {@code deploy/} and {@code config/} belong to the operator, {@code run/} to the runtime, and
 * {@code state/} to rooms that remember something for its next start. Locked while open, so that no second runtime works on it.
 */
final class Home implements AutoCloseable {
    private static final String STORAGE = "storage-";
    private final Path path;
    private final FileChannel lock;

    private Home(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Locks HOME, creating and filling it from the distribution if it is new; removes what dead runtimes left in it. */
    static Home open(Path path, Path dist) throws LaunchException {
        try {
            Files.createDirectories(path.resolve("run"));
            FileChannel lock = lock(path);
            try {
                Home home = new Home(path, lock);
                home.fill(dist);
                home.removeStorage();
                return home;
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LaunchException(LaunchException.SYSTEM, "HOME " + path + " can not be used: " + e, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException, LaunchException {
        FileChannel channel = FileChannel.open(path.resolve("run/lock"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            String owner = Files.readString(path.resolve("run/lock")).strip();
            channel.close();
            throw new LaunchException(LaunchException.FAILED,
                    "HOME " + path + " is in use by the runtime with process id " + owner
                            + "; stop it, or give this one another --home");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return channel;
    }

    /** The operator's files are written only where the whole directory is missing: a deleted file stays deleted. */
    private void fill(Path dist) throws IOException {
        Path deploy = path.resolve("deploy");
        if (!Files.exists(deploy)) {
            Files.createDirectory(deploy);
            copy(demo(dist, "1.0.0"), deploy.resolve("hello.jar"));
        }
        Path config = path.resolve("config");
        if (!Files.exists(config)) {
            Files.createDirectory(config);
            for (Path file : list(dist.resolve("config"))) {
                copy(file, config.resolve(file.getFileName()));
            }
        }
    }

    /**
     * Keeps the time stamp, because who watches the directory waits for files that may still be written; but neither owner nor mode: a
     * read-only distribution must not make a read-only HOME.
     */
    private static void copy(Path from, Path to) throws IOException {
        Files.write(to, Files.readAllBytes(from), StandardOpenOption.CREATE_NEW);
        Files.setLastModifiedTime(to, Files.getLastModifiedTime(from));
    }

    /** The jar of the demo handler in that version. */
    static Path demo(Path dist, String version) {
        return dist.resolve("demo").resolve("hello-" + version + ".jar");
    }

    /** Where the framework keeps its bundles: of this process only. */
    Path storage() {
        return path.resolve("run").resolve(STORAGE + ProcessHandle.current().pid());
    }

    Path path() {
        return path;
    }

    private void removeStorage() throws IOException {
        for (Path left : list(path.resolve("run"))) {
            if (left.getFileName().toString().startsWith(STORAGE)) {
                delete(left);
            }
        }
    }

    static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            // what goes wrong on the walk, e.g. that somebody else deletes as well
            throw e.getCause();
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Removes the storage and unlocks. */
    @Override
    public void close() throws IOException {
        removeStorage();
        lock.close();
    }
}
