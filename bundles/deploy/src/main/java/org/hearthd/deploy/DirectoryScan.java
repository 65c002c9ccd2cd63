package org.hearthd.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Finds out from successive looks at a directory which jars are new, replaced or gone. A change counts when two looks in a row
 * have found it, so that neither a jar that is being copied nor the moment between deleting and rewriting one is mistaken.
 */
final class DirectoryScan {
    private final Map<String, Stamp> reported = new TreeMap<>();
    private Map<String, Stamp> before = Map.of();

    /** What tells two contents of one file name apart without reading them. */
    record Stamp(long size, FileTime modified, Object inode) {}

    /** Names of jars that are new or have other content, and of jars that are gone. */
    record Changes(Set<String> changed, Set<String> removed) {
        boolean isEmpty() {
            return changed.isEmpty() && removed.isEmpty();
        }
    }

    /** What one look saw, by file name. Hidden files, subdirectories and everything that is no jar are passed over. */
    static Map<String, Stamp> look(Path directory) throws IOException {
        Map<String, Stamp> found = new TreeMap<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
            for (Path jar : jars) {
                String name = jar.getFileName().toString();
                Stamp stamp = name.startsWith(".") ? null : stamp(jar);
                if (stamp != null) {
                    found.put(name, stamp);
                }
            }
        }
        return found;
    }

    /** The stamp of a regular file; null when there is none. */
    static Stamp stamp(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey())
                    : null;
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    /** When a file came to lie where it is. */
    static FileTime arrival(Path file) {
        try {
            // not the time of modification, which a file brings along when it is moved or copied with its attributes
            return (FileTime) Files.getAttribute(file, "unix:ctime");
        } catch (IOException | UnsupportedOperationException unknown) {
            return FileTime.fromMillis(Long.MAX_VALUE);
        }
    }

    /** The first look: what has settled already counts at once. */
    Changes first(Map<String, Stamp> found, Predicate<Stamp> settled) {
        before = new TreeMap<>(found);
        before.values().removeIf(settled.negate());
        return next(found);
    }

    /** Takes in the next look. */
    Changes next(Map<String, Stamp> found) {
        Set<String> changed = new TreeSet<>();
        found.forEach((name, stamp) -> {
            if (stamp.equals(before.get(name)) && !stamp.equals(reported.get(name))) {
                changed.add(name);
            }
        });
        Set<String> removed = new TreeSet<>(reported.keySet());
        removed.removeAll(found.keySet());
        removed.removeAll(before.keySet());
        changed.forEach(name -> reported.put(name, found.get(name)));
        reported.keySet().removeAll(removed);
        before = found;
        return new Changes(changed, removed);
    }
}
