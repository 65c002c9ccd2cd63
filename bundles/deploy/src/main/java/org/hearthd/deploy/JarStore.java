package org.hearthd.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.osgi.framework.Bundle;

/** This room's own copies of jars: those being deployed and, under the name of its file, the last good one of each. */
final class JarStore {
    private static final System.Logger LOG = System.getLogger(JarStore.class.getName());
    private static final String STAGED = ".staged";

    private final Path deploy;
    private final Path store;
    private long count;

    /**
     * Reads nothing yet.
     *
     * @param deploy the operator's directory
     * @param store a directory of this room alone
     */
    JarStore(Path deploy, Path store) {
        this.deploy = deploy;
        this.store = store;
    }

    Path file(String name) {
        return deploy.resolve(name);
    }

    /**
     * A checked copy of the jar with that file name.
     *
     * @return null if the file goes or changes right now, which the next look finds
     * @throws StorageException if the copy can not be written
     * @throws IOException if the jar is broken or no bundle; the message says why
     */
    BundleJar stage(String name) throws IOException {
        DirectoryScan.Stamp before = DirectoryScan.stamp(file(name));
        Path copy = store.resolve(name + "." + ++count + STAGED);
        try {
            BundleJar jar = BundleJar.copy(file(name), copy);
            if (before != null && before.equals(DirectoryScan.stamp(file(name)))) {
                return jar;
            }
        } catch (NoSuchFileException gone) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is gone", name);
        } catch (StorageException full) {
            throw full;
        } catch (IOException broken) {
            Files.deleteIfExists(copy);
            if (before != null && before.equals(DirectoryScan.stamp(file(name)))) {
                throw broken;
            }
        }
        Files.deleteIfExists(copy);
        return null;
    }

    /** Whether the operator's file is the last good one. */
    boolean isGood(String name) {
        try {
            return Files.mismatch(file(name), store.resolve(name)) < 0;
        } catch (IOException different) {
            return false;
        }
    }

    /** The last good jar under that file name, checked; null if there is none. */
    BundleJar good(String name) {
        Path copy = store.resolve(name);
        if (!Files.exists(copy)) {
            return null;
        }
        try {
            return BundleJar.read(copy);
        } catch (IOException damaged) {
            LOG.log(System.Logger.Level.WARNING, "The last good copy of {0} is lost: {1}", name, damaged.getMessage());
            return null;
        }
    }

    /** What a bundle was installed from, so that a jar that is still the same is left alone; else something unlike any jar. */
    BundleJar adopted(String name, Bundle bundle) {
        BundleJar good = good(name);
        if (good != null && good.symbolicName().equals(bundle.getSymbolicName())
                && good.version().equals(bundle.getVersion())) {
            return good;
        }
        return new BundleJar(store.resolve(name), bundle.getSymbolicName(), bundle.getVersion(), bundle.getLocation());
    }

    /** Makes a staged jar the last good one. */
    void keep(String name, BundleJar jar) {
        try {
            if (Files.exists(jar.copy()) && !jar.copy().equals(store.resolve(name))) {
                Files.move(jar.copy(), store.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "The copy of {0} can not be kept, its next start needs the jar itself: {1}",
                    name,
                    failed.toString());
        }
    }

    /** Deletes a staged jar. */
    void discard(BundleJar jar) {
        if (jar.copy().toString().endsWith(STAGED)) {
            delete(jar.copy());
        }
    }

    /** Deletes the last good jar under that file name. */
    void forget(String name) {
        delete(store.resolve(name));
    }

    /** Deletes what was being deployed when the runtime ended, and the copies of jars that are gone. */
    void clean(Set<String> present) throws IOException {
        if (!Files.isDirectory(store)) {
            return;
        }
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(store)) {
            for (Path copy : copies) {
                if (!present.contains(copy.getFileName().toString())) {
                    delete(copy);
                }
            }
        }
    }

    private static void delete(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException left) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is left over: {1}", copy, left.toString());
        }
    }
}
