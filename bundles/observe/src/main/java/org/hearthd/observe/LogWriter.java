package org.hearthd.observe;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** One thread that writes what waits, so that nobody else ever waits for a disk or a reader of standard error. */
final class LogWriter {
    private static final System.Logger LOG = System.getLogger(LogWriter.class.getName());
    /** How long lines are gathered before they are written together. */
    private static final long GATHER_MS = 200;
    private static final long RETRY_MS = 1000;

    private final String name;
    private final Backlog backlog;
    private final Thread thread;
    private volatile LineFormat format;
    private volatile Target target;
    private volatile boolean reopen;
    /** Why nothing can be written at the moment, or null. */
    private volatile String trouble;
    private volatile long missing;
    /** The one that the thread uses. */
    private Target current;

    LogWriter(String name, Backlog backlog) {
        this.name = name;
        this.backlog = backlog;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Lines go there, in that format, from now on; to be called before {@link #start} as well. */
    void to(Target newTarget, LineFormat newFormat) {
        format = newFormat;
        target = newTarget;
        backlog.wake();
    }

    void start() {
        thread.start();
    }

    /** Closes the file and opens it again, even if it is the same. */
    void reopen() {
        reopen = true;
        backlog.wake();
    }

    String trouble() {
        return trouble;
    }

    /** The lines that could not be written so far. */
    long missing() {
        return missing;
    }

    /** Writes what waits, and ends; waits for that, but not for ever. */
    void close(long millis) {
        backlog.close();
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.log(Level.WARNING,
                    () -> name + ": the last " + backlog.waiting() + " bytes and more could not be written in time");
        }
    }

    private void run() {
        try {
            for (Backlog.Batch batch = backlog.take(GATHER_MS); batch != null; batch = backlog.take(GATHER_MS)) {
                write(batch.lines());
                if (batch.missing() > 0) {
                    missing += batch.missing();
                    write(ByteBuffer.wrap(format.missing(batch.missing(), System.currentTimeMillis())
                            .getBytes(StandardCharsets.ISO_8859_1)));
                }
            }
            if (current != null) {
                current.close();
            }
        } catch (InterruptedException | IOException e) {
            LOG.log(Level.WARNING, () -> name + " ends: " + e.getMessage());
        }
    }

    private void write(ByteBuffer lines) throws InterruptedException {
        for (boolean written = attempt(lines); !written; written = attempt(lines)) {
            if (backlog.isClosed()) {
                LOG.log(Level.ERROR, () -> name + ": " + lines.remaining() + " bytes are lost");
                return;
            }
            backlog.pause(RETRY_MS);
        }
    }

    private boolean attempt(ByteBuffer lines) {
        try {
            Target wanted = target;
            if (wanted != current || reopen) {
                reopen = false;
                if (current != null) {
                    current.close();
                }
                current = wanted;
            }
            current.write(lines);
            if (trouble != null) {
                LOG.log(Level.INFO, () -> name + " is written again");
            }
            trouble = null;
            return true;
        } catch (IOException e) {
            if (trouble == null) {
                LOG.log(Level.ERROR, () -> name + " can not be written, which is tried again every "
                        + TimeUnit.MILLISECONDS.toSeconds(RETRY_MS) + " s: " + e.getMessage());
            }
            trouble = e.getMessage();
            return false;
        }
    }
}
