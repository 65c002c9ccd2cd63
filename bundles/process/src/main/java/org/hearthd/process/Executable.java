package org.hearthd.process;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds programs as execvp(3) does. */
final class Executable {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private Executable() {}

    /**
     * The path of a program of the system's.
     *
     * @throws IllegalArgumentException if there is none
     */
    static String find(String name) {
        return search(name, Path.of(""), DEFAULT_PATH);
    }

    /**
     * The path of a program.
     *
     * @param directory what a relative path is relative to; null for the runtime's own
     * @param searchPath directories, separated by colons; null for a default
     * @throws IllegalArgumentException if there is none, saying why
     */
    static String find(String name, Path directory, String searchPath) {
        Path base = directory == null ? Path.of("") : directory;
        if (!Files.isDirectory(base.toAbsolutePath())) {
            throw new IllegalArgumentException("its directory " + base + " is not there");
        }
        try {
            return name.indexOf('/') >= 0 ? check(name, base.resolve(name)) : search(name, base, searchPath);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("its name is not a path in this locale", e);
        }
    }

    private static String check(String name, Path path) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("no such file");
        }
        if (Files.isDirectory(path)) {
            throw new IllegalArgumentException("it is a directory");
        }
        if (!Files.isExecutable(path)) {
            throw new IllegalArgumentException("it is not executable");
        }
        return name;
    }

    private static String search(String name, Path base, String searchPath) {
        String path = searchPath == null ? DEFAULT_PATH : searchPath;
        for (String element : path.split(":", -1)) {
            Path candidate = base.resolve(element).resolve(name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return element.isEmpty() ? "./" + name : element + "/" + name;
            }
        }
        throw new IllegalArgumentException(name + " was not found in " + path);
    }
}
