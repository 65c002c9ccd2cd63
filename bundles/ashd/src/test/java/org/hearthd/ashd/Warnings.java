package org.hearthd.ashd;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What an operator is shown, until closed. */
final class Warnings extends Handler implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Warnings() {
        Logger.getLogger("").addHandler(this);
    }

    long count(String part) {
        return lines.stream().filter(line -> line.contains(part)).count();
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            lines.add(new SimpleFormatter().formatMessage(entry));
        }
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
