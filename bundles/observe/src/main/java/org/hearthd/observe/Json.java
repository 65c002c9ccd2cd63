package org.hearthd.observe;

import java.util.Locale;
import org.hearthd.Request;
import org.hearthd.spi.Access;

/**
 * One JSON object in each line. What is not known is null. Strings are octets: the character U+00E4 stands for the byte E4, so that
 * every line is valid and nothing is lost of what is not UTF-8; what is no printable ASCII is escaped.
 */
final class Json implements LineFormat {
    private static final String HEX = "0123456789abcdef";

    private final Second second = new Second("uuuu-MM-dd'T'HH:mm:ss");

    @Override
    public String line(Access access) {
        Request request = access.request();
        StringBuilder out = new StringBuilder(384);
        time(out, access.began());
        text(out, "client", access.client());
        if (request.method().isEmpty()) {
            text(out, "unreadable", request.url());
        } else {
            text(out, "method", request.method());
            text(out, "url", request.url());
            text(out, "version", request.version());
        }
        number(out, "status", access.outcome().status() == 0 ? -1 : access.outcome().status());
        number(out, "bytes", access.bytes());
        number(out, "duration_us", access.micros());
        text(out, "referer", request.headers().get("Referer"));
        text(out, "user_agent", request.headers().get("User-Agent"));
        text(out, "id", access.id());
        text(out, "generation", access.generation());
        text(out, "end", access.outcome().end().name().toLowerCase(Locale.ROOT));
        text(out, "source", access.source());
        return out.append("}\n").toString();
    }

    @Override
    public String missing(long count, long now) {
        StringBuilder out = new StringBuilder(64);
        time(out, now);
        number(out, "missing", count);
        return out.append("}\n").toString();
    }

    private void time(StringBuilder out, long millis) {
        long fraction = Math.floorMod(millis, 1000L);
        out.append("{\"time\":\"").append(second.of(millis)).append('.').append(fraction < 100 ? "0" : "")
                .append(fraction < 10 ? "0" : "").append(fraction).append("Z\"");
    }

    private static void number(StringBuilder out, String name, long number) {
        key(out, name);
        if (number < 0) {
            out.append("null");
        } else {
            out.append(number);
        }
    }

    private static void key(StringBuilder out, String name) {
        out.append(",\"").append(name).append("\":");
    }

    private static void text(StringBuilder out, String name, String text) {
        key(out, name);
        if (text == null) {
            out.append("null");
            return;
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append(HEX.charAt(c >> shift & 15));
                }
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
