package org.hearthd.process;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One output of a child on its way into the log, line by line; a child's output never makes this grow. */
final class Lines {
    /** Longer lines are cut. */
    static final int MAX_BYTES = 4096;
    /** How many lines are kept for error reports. */
    static final int KEPT = 10;

    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());

    private final String name;
    private final InputStream in;
    private final Deque<String> last = new ArrayDeque<>(KEPT);
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final byte[] line = new byte[MAX_BYTES];
    private int length;

    private Lines(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /** Begins to read with a thread of its own; closes the stream at its end. */
    static Lines read(String name, InputStream in) {
        Lines lines = new Lines(name, in);
        Thread thread = new Thread(lines::copy, "output of " + name);
        thread.setDaemon(true);
        thread.start();
        return lines;
    }

    /** Completes at the end of the output, which a descendant of the child may hold open. */
    CompletableFuture<Void> finished() {
        return finished;
    }

    List<String> last() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }

    private void copy() {
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    take(buffer[i]);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> name + ": its output could not be read any more", e);
        } finally {
            if (length > 0) {
                end();
            }
            finished.complete(null);
        }
    }

    private void take(byte b) {
        if (b == '\n') {
            end();
        } else if (length < MAX_BYTES) {
            line[length++] = b;
        } else {
            // what does not fit is dropped, and the last three bytes say so
            line[MAX_BYTES - 3] = '.';
            line[MAX_BYTES - 2] = '.';
            line[MAX_BYTES - 1] = '.';
        }
    }

    private void end() {
        String text = text();
        length = 0;
        synchronized (last) {
            if (last.size() == KEPT) {
                last.removeFirst();
            }
            last.addLast(text);
        }
        LOG.log(Level.INFO, () -> name + ": " + text);
    }

    /** Control characters could forge lines or move a terminal's cursor. */
    private String text() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        StringBuilder text = new StringBuilder(new String(line, 0, end, StandardCharsets.UTF_8));
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i)) && text.charAt(i) != '\t') {
                text.setCharAt(i, '?');
            }
        }
        return text.toString();
    }
}
