package org.hearthd.launcher;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line per record on stderr: time, level, the logger's last name, message; a stack trace where there is one. */
final class Logging extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
            .withZone(ZoneId.systemDefault());
    /** A reference is kept: loggers that nobody holds lose their level. */
    private static final Logger OURS = Logger.getLogger("org.hearthd");

    /**
     * Routes java.util.logging to stderr, and whatever libraries print on stdout as well.
     *
     * @return the real stdout, for what the launcher itself has to say
     */
    static PrintStream install(boolean verbose) {
        PrintStream stdout = System.out;
        System.setOut(System.err);
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler handler = new ConsoleHandler();
        handler.setFormatter(new Logging());
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(verbose ? Level.INFO : Level.WARNING);
        OURS.setLevel(verbose ? Level.FINE : Level.INFO);
        return stdout;
    }

    @Override
    public String format(LogRecord entry) {
        String logger = entry.getLoggerName() == null ? "" : entry.getLoggerName();
        StringBuilder line = new StringBuilder(TIME.format(Instant.ofEpochMilli(entry.getMillis()))).append(' ')
                .append(level(entry.getLevel())).append(' ').append(logger.substring(logger.lastIndexOf('.') + 1)).append(": ")
                .append(formatMessage(entry)).append('\n');
        if (entry.getThrown() != null) {
            StringWriter trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }

    private static String level(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }
}
