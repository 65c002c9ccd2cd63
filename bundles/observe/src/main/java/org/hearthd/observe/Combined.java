package org.hearthd.observe;

import java.util.Locale;
import org.hearthd.Request;
import org.hearthd.spi.Access;

/**
 * Apache's combined format and behind it: request id, generation, duration in microseconds, how it ended, source. A dash stands for
 * what is not known. Octets that are no printable ASCII, and what would end a field, are {@code \xHH}.
 */
final class Combined implements LineFormat {
    private static final String HEX = "0123456789abcdef";

    private final Second second = new Second("dd/MMM/yyyy:HH:mm:ss '+0000'");

    @Override
    public String line(Access access) {
        Request request = access.request();
        StringBuilder out = new StringBuilder(256);
        bare(out, access.client()).append(" - - [").append(second.of(access.began())).append("] \"");
        if (!request.method().isEmpty()) {
            escape(out, request.method()).append(' ');
        }
        escape(out, request.url());
        if (!request.method().isEmpty()) {
            escape(out.append(' '), request.version());
        }
        number(out.append("\" "), access.outcome().status() == 0 ? -1 : access.outcome().status()).append(' ');
        number(out, access.bytes()).append(' ');
        quoted(out, request.headers().get("Referer")).append(' ');
        quoted(out, request.headers().get("User-Agent")).append(' ');
        bare(out, access.id()).append(' ');
        bare(out, access.generation()).append(' ');
        out.append(access.micros()).append(' ').append(access.outcome().end().name().toLowerCase(Locale.ROOT)).append(' ');
        return quoted(out, access.source()).append('\n').toString();
    }

    @Override
    public String missing(long count, long now) {
        return "# [" + second.of(now) + "] " + count + " lines are missing here: they could not be written in time\n";
    }

    private static StringBuilder number(StringBuilder out, long number) {
        return number < 0 ? out.append('-') : out.append(number);
    }

    private static StringBuilder quoted(StringBuilder out, String text) {
        return escape(out.append('"'), text == null ? "-" : text).append('"');
    }

    /** A field without quotes, so that it must not have a blank. */
    private static StringBuilder bare(StringBuilder out, String text) {
        return text == null || text.isEmpty() ? out.append('-') : escape(out, text, ' ');
    }

    private static StringBuilder escape(StringBuilder out, String text) {
        return escape(out, text, (char) (' ' - 1));
    }

    private static StringBuilder escape(StringBuilder out, String text, char last) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c <= last || c >= 0x7f) {
                out.append("\\x").append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            } else {
                out.append(c);
            }
        }
        return out;
    }
}
