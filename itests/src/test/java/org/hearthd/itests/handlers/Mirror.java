package org.hearthd.itests.handlers;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Component;

/**
 * Shows a client what arrived. By query: {@code digest} length and SHA-256 of the body, {@code bytes=N} an answer of that length,
 * {@code log} every request so far (with "broken" behind those whose client was lost), {@code url=...} the URL; else the body.
 */
@Component(property = {Handler.NAME + "=mirror", Handler.PATH + "=/mirror"})
public class Mirror implements Handler {
    private static final int PIECE = 32 * 1024;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    @Override
    public void handle(Exchange exchange) throws IOException {
        String query = exchange.request().query();
        if (query.equals("log")) {
            exchange.respond(Response.text(200, String.join("\n", log)));
            return;
        }
        String line = exchange.request().method() + " " + query;
        log.add(line);
        try {
            answer(exchange, query);
        } catch (IOException e) {
            log.add(line + " broken");
            throw e;
        }
    }

    private static void answer(Exchange exchange, String query) throws IOException {
        if (query.equals("digest")) {
            exchange.respond(Response.text(200, digest(exchange.body())));
        } else if (query.startsWith("bytes=")) {
            produce(exchange, Long.parseLong(query.substring("bytes=".length())));
        } else if (query.startsWith("url=")) {
            exchange.respond(Response.text(200, exchange.request().url()));
        } else {
            exchange.respond(200, Headers.of("Content-Type", "application/octet-stream"), exchange.body()::transferTo);
        }
    }

    /** Length and SHA-256. */
    private static String digest(InputStream body) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[PIECE];
            long length = 0;
            for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
                sha.update(piece, 0, n);
                length += n;
            }
            return length + " " + HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void produce(Exchange exchange, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        Headers headers = Headers.of("Content-Type", "application/octet-stream", "Content-Length", Long.toString(length));
        exchange.respond(200, headers, out -> {
            for (long left = length; left > 0; left -= Math.min(left, PIECE)) {
                out.write(piece, 0, (int) Math.min(left, PIECE));
            }
        });
    }
}
