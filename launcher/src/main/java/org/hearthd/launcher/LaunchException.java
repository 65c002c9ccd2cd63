package org.hearthd.launcher;

/** Why a command can not go on, for the terminal, with the exit code. */
final class LaunchException extends Exception {
    /** The operation failed. */
    static final int FAILED = 1;
    /** The command line is wrong. */
    static final int USAGE = 100;
    /** A system call failed. */
    static final int SYSTEM = 111;

    private static final long serialVersionUID = 1L;
    private final int exitCode;

    LaunchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    LaunchException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
