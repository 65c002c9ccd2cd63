package org.hearthd.process;

import java.util.List;

/** How a child ended, for people. */
final class States {
    /** As a shell says it. */
    static final int NOT_EXECUTED = 127;
    /** As a shell, env(1) and setsid(1) say it of a program that is there. */
    private static final int NOT_EXECUTABLE = 126;

    private States() {}

    static boolean notExecuted(Integer status) {
        return status != null && (status == NOT_EXECUTED || status == NOT_EXECUTABLE);
    }

    static String ended(int status) {
        return notExecuted(status)
                ? "status " + status + ", it could not be executed"
                : status > 128 && status <= 192 ? "signal " + (status - 128) : "status " + status;
    }

    static String ended(int status, List<String> lastErrors) {
        return ended(status) + lastLines(lastErrors);
    }

    /** To be added to a report. */
    static String lastLines(List<String> lastErrors) {
        return lastErrors.isEmpty() ? "" : "; its last lines: " + String.join(" | ", lastErrors);
    }
}
