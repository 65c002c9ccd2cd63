package org.hearthd.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** For tests: what the log says, until closed. */
public final class Logged extends Handler implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final SimpleFormatter formatter = new SimpleFormatter();

    /** Listens from now on. */
    public Logged() {
        Logger.getLogger("").addHandler(this);
    }

    /** Whether a line has that part. */
    public boolean says(String part) {
        return lines.stream().anyMatch(line -> line.contains(part));
    }

    /** What was said so far. */
    public List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        lines.add(formatter.formatMessage(entry));
    }

    @Override
    public void flush() {
        // every line is kept at once
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }
}
