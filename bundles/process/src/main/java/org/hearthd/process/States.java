package org.hearthd.process;

import java.util.List;

/** How a child ended, for people. */
final class States {
    /** As a shell says it. */
    static final int NOT_EXECUTED = 127;

    private States() {}

    static String ended(int status) {
        return status == NOT_EXECUTED
                ? "status 127, it could not be executed"
                : status > 128 && status <= 192 ? "signal " + (status - 128) : "status " + status;
    }

    static String ended(int status, List<String> lastErrors) {
        String how = ended(status);
        return lastErrors.isEmpty() ? how : how + "; its last lines: " + String.join(" | ", lastErrors);
    }
}
