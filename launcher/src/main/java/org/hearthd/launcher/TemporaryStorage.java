package org.hearthd.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the framework of a program without a HOME keeps its notes and what it unpacks: a directory of this process among the temporary
 * files. It is locked while in use; a later start removes those that dead processes have left.
 */
final class TemporaryStorage implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String OWNER = "unix:uid";
    private static final int MOUNT_PLACE = 1;
    private static final int MOUNT_TYPE = 2;
    /** Much more than is kept. */
    private static final long ROOM = 16L << 20;
    private final Path directory;
    private final FileChannel lock;

    private TemporaryStorage(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Where it belongs: in TMPDIR if that is given, else in memory. The framework writes some of its small files twice at a start, and file
     * systems on disks let it wait.
     *
     * @param memory where the system keeps files in memory, usually
     * @param mounts like /proc/self/mounts
     */
    static Path place(Map<String, String> environment, Path memory, Path mounts) {
        String given = environment.get("TMPDIR");
        if (given != null) {
            return Path.of(given);
        }
        return isMemory(memory, mounts) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** What is mounted there is memory and has room. */
    private static boolean isMemory(Path memory, Path mounts) {
        String[] mount = {};
        try {
            for (String line : Files.readAllLines(mounts, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(" ");
                // the last one hides those before
                mount = fields.length > MOUNT_TYPE && fields[MOUNT_PLACE].equals(memory.toString()) ? fields : mount;
            }
        } catch (IOException e) {
            log(() -> "what is mounted is not known: " + e);
        }
        return mount.length > 0 && mount[MOUNT_TYPE].equals("tmpfs")
                && Files.isWritable(memory) && memory.toFile().getUsableSpace() >= ROOM;
    }

    /** A new directory, for this user only. */
    static TemporaryStorage open(Path among, String program) throws LaunchException {
        String prefix = program + "-storage-";
        long pid = ProcessHandle.current().pid();
        Path directory = among.resolve(prefix + pid + "-" + Long.toHexString(System.nanoTime()));
        try {
            removeLeft(among, prefix);
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel lock = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw new IOException(directory + " is locked already");
            }
            return new TemporaryStorage(directory, lock);
        } catch (IOException e) {
            throw new LaunchException(LaunchException.SYSTEM,
                    "no directory for temporary files can be made in " + among + ": " + e, e);
        }
    }

    private static void removeLeft(Path among, String prefix) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(among)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix)) {
                    String pid = name.substring(prefix.length(), Math.max(prefix.length(), name.indexOf('-', prefix.length())));
                    if (!pid.isEmpty() && !Files.exists(Path.of("/proc", pid))) {
                        removeUnlocked(file);
                    }
                }
            }
        }
    }

    /**
     * A process that is not to be seen may still live, in another container that shares the directory. What others have put there is no
     * reason not to start.
     */
    private static void removeUnlocked(Path left) {
        Path lock = left.resolve(LOCK);
        try {
            Object us = Files.getAttribute(Path.of("/proc/self"), OWNER);
            if (!us.equals(Files.getAttribute(left, OWNER, LinkOption.NOFOLLOW_LINKS))
                    || !Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                if (channel.tryLock() != null) {
                    Home.delete(left);
                }
            }
        } catch (IOException e) {
            log(() -> left + " is left alone: " + e);
        }
    }

    /** A directory in it that does not exist yet: the framework removes what it finds. */
    Path path() {
        return directory.resolve("bundles");
    }

    /** No constant: who only starts does not wait here until the thread of {@link Preload} has found the loggers. */
    private static void log(Supplier<String> message) {
        System.getLogger(TemporaryStorage.class.getName()).log(System.Logger.Level.DEBUG, message);
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            Home.delete(directory);
        } catch (NoSuchFileException e) {
            // systems clear up such places, some of them when the user logs out
            log(() -> directory + " has gone already");
        }
    }
}
