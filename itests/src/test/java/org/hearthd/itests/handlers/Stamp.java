package org.hearthd.itests.handlers;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Response;

/**
 * Every byte of its answers tells which generation made it: header {@code X-Stamp: NAME NUMBER} and as many bytes of that number as the
 * query says. With {@code -chunked} behind it they come without a length, with {@code -slow} in pieces over more than 100 ms.
 */
public abstract class Stamp implements Handler {
    private static final int PIECE = 16 * 1024;
    private static final int SLOW_PIECES = 6;
    private static final long PAUSE_MS = 25;

    /** Answers as generation number so and so. */
    protected static void answer(Exchange exchange, String name, long number) throws IOException {
        String query = exchange.request().query();
        Headers head = head(query, name, number);
        int length = length(query);
        if (length > PIECE || !how(query).isEmpty()) {
            exchange.respond(200, head, out -> write(out, query, number));
        } else {
            exchange.respond(Response.of(200, Headers.of("X-Stamp", head.get("X-Stamp"), "X-Length", head.get("X-Length")),
                    piece(length, number)));
        }
    }

    /** For who writes the answer itself. */
    protected static Headers head(String query, String name, long number) {
        String length = Integer.toString(length(query));
        Headers head = Headers.of("X-Stamp", name + " " + number, "X-Length", length);
        return how(query).isEmpty() ? head.with("Content-Length", length) : head;
    }

    /** The body that belongs to it. */
    protected static void write(OutputStream out, String query, long number) throws IOException {
        int length = length(query);
        byte[] piece = piece(Math.min(length, PIECE), number);
        if (how(query).equals("slow")) {
            for (int i = 0; i < SLOW_PIECES; i++) {
                out.write(piece, 0, length / SLOW_PIECES + (i == 0 ? length % SLOW_PIECES : 0));
                out.flush();
                pause();
            }
        } else {
            for (int left = length; left > 0; left -= Math.min(left, PIECE)) {
                out.write(piece, 0, Math.min(left, PIECE));
            }
        }
    }

    private static int length(String query) {
        String length = query.split("-")[0];
        return length.isEmpty() ? 0 : Integer.parseInt(length);
    }

    private static String how(String query) {
        int dash = query.indexOf('-');
        return dash < 0 ? "" : query.substring(dash + 1);
    }

    private static byte[] piece(int length, long number) {
        byte[] piece = new byte[length];
        Arrays.fill(piece, (byte) number);
        return piece;
    }

    /** However often the thread is interrupted or woken. */
    private static void pause() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
