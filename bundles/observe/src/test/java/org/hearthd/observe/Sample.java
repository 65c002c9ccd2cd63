package org.hearthd.observe;

import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.spi.Access;

/** Requests that have ended. */
final class Sample {
    /** 2026-11-21T14:02:20.007Z. */
    private static final long TIME = 1_795_269_740_007L;

    private Sample() {}

    static Access of(String url, String... headers) {
        return new Access("http main", "192.0.2.7", Request.of("GET", url, "HTTP/1.1", "", Headers.of(headers)), "k3-1",
                "hello/1.0.0#7",
                TIME, 1_234_567, new Outcome(Outcome.End.ANSWERED, 200), 12);
    }

    /** Of which nothing is known. */
    static Access unknown(String line) {
        return new Access("stdin", null, Request.of("", line, "HTTP/1.1", "", Headers.EMPTY), "k3-2", null, TIME, 999,
                new Outcome(Outcome.End.MOVED, 0), -1);
    }

    /** All octets that a request can have. */
    static String everything() {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c < 256; c++) {
            all.append(c);
        }
        return all.toString();
    }
}
