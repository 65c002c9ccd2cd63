package org.hearthd.itests.handlers;

import java.io.IOException;
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
        String[] query = exchange.request().query().split("-");
        int length = query[0].isEmpty() ? 0 : Integer.parseInt(query[0]);
        String how = query.length < 2 ? "" : query[1];
        Headers headers = Headers.of("X-Stamp", name + " " + number, "X-Length", Integer.toString(length));
        byte[] piece = new byte[Math.min(length, PIECE)];
        Arrays.fill(piece, (byte) number);
        if (how.equals("slow")) {
            exchange.respond(200, headers, out -> {
                for (int i = 0; i < SLOW_PIECES; i++) {
                    out.write(piece, 0, length / SLOW_PIECES + (i == 0 ? length % SLOW_PIECES : 0));
                    out.flush();
                    pause();
                }
            });
        } else if (length <= PIECE && how.isEmpty()) {
            exchange.respond(Response.of(200, headers, piece));
        } else {
            Headers head = how.isEmpty() ? headers.with("Content-Length", Integer.toString(length)) : headers;
            exchange.respond(200, head, out -> {
                for (int left = length; left > 0; left -= Math.min(left, PIECE)) {
                    out.write(piece, 0, Math.min(left, PIECE));
                }
            });
        }
    }

    /** However often the thread is interrupted or woken. */
    private static void pause() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
