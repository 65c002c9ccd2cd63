package org.hearthd.settings;

/**
 * One thing that is wrong with a configuration file.
 *
 * @param file the file as the operator knows it
 * @param line counted from 1; 0 when the whole file is meant
 * @param pid the PID that the file configures, empty when it has none
 * @param message says what is wrong, with key and value where there are any
 */
record Problem(String file, int line, String pid, String message) {
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (pid.isEmpty() ? "" : pid + ": ") + message;
    }
}
