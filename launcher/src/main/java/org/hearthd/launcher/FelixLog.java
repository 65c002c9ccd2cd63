package org.hearthd.launcher;

import org.apache.felix.framework.Logger;

/** What the framework itself has to say goes the way of all records; by default it is printed. */
final class FelixLog extends Logger {
    private static final System.Logger LOG = System.getLogger("org.apache.felix.framework");

    @Override
    protected void doLog(int level, String message, Throwable cause) {
        LOG.log(switch (level) {
            case LOG_ERROR -> System.Logger.Level.ERROR;
            case LOG_WARNING -> System.Logger.Level.WARNING;
            case LOG_INFO -> System.Logger.Level.INFO;
            default -> System.Logger.Level.DEBUG;
        }, message, cause);
    }
}
