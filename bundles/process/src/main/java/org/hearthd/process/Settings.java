package org.hearthd.process;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Constants;

/** What the two kinds of handlers read in the same way; messages name PID and key. */
final class Settings {
    private static final String FILE = "felix.fileinstall.filename";

    private final String pid;
    private final String where;

    Settings(Map<String, Object> properties) {
        pid = String.valueOf(properties.get(Constants.SERVICE_PID));
        where = properties.containsKey(FILE) ? properties.get(FILE) + ": " + pid : pid;
    }

    /** The handler's name: that of the configuration, else what the file is named after. */
    String handler(String configured) {
        String name = configured.isBlank() ? pid.substring(pid.indexOf('~') + 1) : configured;
        if (configured.isBlank() && pid.indexOf('~') < 0) {
            throw bad("handler", "is needed: the configuration has no name of its own", null);
        }
        return name;
    }

    Program program(String handler, String[] command, String directory, Program.Environment environment, Output[] outputs,
            boolean session) {
        List<String> words = words("command", command);
        if (words.isEmpty()) {
            throw bad("command", "is empty", null);
        }
        Path path = directory(directory);
        try {
            return new Program("handler " + handler, words, path, environment, outputs[0], outputs[1], session, false);
        } catch (IllegalArgumentException e) {
            throw bad("command", e.getMessage(), e);
        }
    }

    private Path directory(String directory) {
        try {
            return directory.isBlank() ? null : Path.of(directory);
        } catch (InvalidPathException e) {
            throw bad("directory", "is no path: " + e.getMessage(), e);
        }
    }

    Program.Environment environment(String[] configured, boolean inherit) {
        try {
            return Program.Environment.of(inherit, configured);
        } catch (IllegalArgumentException e) {
            throw bad("environment", e.getMessage(), e);
        }
    }

    Output output(String key, String name) {
        try {
            return Output.named(name);
        } catch (IllegalArgumentException e) {
            throw bad(key, e.getMessage(), e);
        }
    }

    private List<String> words(String key, String[] values) {
        try {
            return Words.of(values);
        } catch (IllegalArgumentException e) {
            throw bad(key, e.getMessage(), e);
        }
    }

    IllegalArgumentException bad(String key, String problem, Exception cause) {
        return new IllegalArgumentException(where + ": key " + key + ": " + problem, cause);
    }
}
