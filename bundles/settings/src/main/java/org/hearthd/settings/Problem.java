package org.hearthd.settings;

/**
 * One thing that is wrong with a configuration file.
 *
 * @param file the file as the operator knows it
 * @param line counted from 1; 0 when the whole file is meant
 * @param pid the PID that the file configures, empty when it has none
 * @param message says what is wrong, with key and value where there are any
 * @param component whether it is a component that refuses what is in order for Metatype
 */
record Problem(String file, int line, String pid, String message, boolean component) {
    /** What nobody's constructor has to be asked for. */
    Problem(String file, int line, String pid, String message) {
        this(file, line, pid, message, false);
    }

    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (pid.isEmpty() ? "" : pid + ": ") + message;
    }
}
