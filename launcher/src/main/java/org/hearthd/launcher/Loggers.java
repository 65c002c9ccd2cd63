package org.hearthd.launcher;

import java.text.MessageFormat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ResourceBundle;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What {@link System#getLogger} gives: for {@code htpipe} a few lines on stderr, for {@code hearth} java.util.logging. The platform's own
 * way there would load and configure java.util.logging at every start.
 */
public final class Loggers extends System.LoggerFinder {
    private static volatile String program = "";
    private static volatile boolean times;
    private static volatile System.Logger.Level least = System.Logger.Level.WARNING;

    /** Made by the platform. */
    public Loggers() {}

    /**
     * From now on warnings and errors are lines that begin with this name, and the time if they go to a file; to be called before
     * anything is logged. What libraries print on stdout goes to stderr as well.
     */
    static void plain(String name, boolean withTimes) {
        program = name;
        times = withTimes;
        System.setOut(System.err);
    }

    /** What only informs is printed as well while that runs. */
    static void withInformation(Runnable task) {
        least = System.Logger.Level.INFO;
        task.run();
        least = System.Logger.Level.WARNING;
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return program.isEmpty() ? new Full(Logger.getLogger(name)) : new Plain(name);
    }

    private abstract static class Base implements System.Logger {
        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            if (isLoggable(level)) {
                write(level, message, thrown);
            }
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            if (isLoggable(level)) {
                write(level, parameters == null || parameters.length == 0 ? format : MessageFormat.format(format, parameters),
                        null);
            }
        }

        abstract void write(Level level, String message, Throwable thrown);
    }

    /** Name of the program and message; a stack trace only where there is a defect. */
    private static final class Plain extends Base {
        private final String name;

        Plain(String name) {
            this.name = name;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= least.getSeverity() && level != Level.OFF;
        }

        @Override
        void write(Level level, String message, Throwable thrown) {
            System.err.println(program + ": " + (times ? Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " : "") + message);
            if (thrown instanceof RuntimeException || thrown instanceof Error) {
                thrown.printStackTrace(System.err);
            }
        }
    }

    /** To java.util.logging. */
    private static final class Full extends Base {
        private final Logger logger;

        Full(Logger logger) {
            this.logger = logger;
        }

        @Override
        public String getName() {
            return logger.getName();
        }

        @Override
        public boolean isLoggable(Level level) {
            return logger.isLoggable(level(level));
        }

        @Override
        void write(Level level, String message, Throwable thrown) {
            LogRecord entry = new LogRecord(level(level), message);
            entry.setLoggerName(logger.getName());
            entry.setThrown(thrown);
            logger.log(entry);
        }

        private static java.util.logging.Level level(Level level) {
            return switch (level) {
                case ALL -> java.util.logging.Level.ALL;
                case TRACE -> java.util.logging.Level.FINER;
                case DEBUG -> java.util.logging.Level.FINE;
                case INFO -> java.util.logging.Level.INFO;
                case WARNING -> java.util.logging.Level.WARNING;
                case ERROR -> java.util.logging.Level.SEVERE;
                case OFF -> java.util.logging.Level.OFF;
            };
        }
    }
}
