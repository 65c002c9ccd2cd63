package org.hearthd.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The Server and Date lines of a front, made anew when somebody answers in another second: no timer runs while nobody asks. */
final class Lines {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final byte[] server;
    private volatile Second second = new Second(-1, new byte[0], new byte[0]);

    /** @param server the value of the Server header, or empty for none */
    Lines(String server) {
        this.server = server.isEmpty() ? new byte[0] : bytes("Server: " + server + "\r\n");
    }

    /** One second's lines. */
    private record Second(long number, byte[] date, byte[] both) {}

    byte[] server() {
        return server;
    }

    byte[] date() {
        return now().date();
    }

    byte[] both() {
        return now().both();
    }

    private Second now() {
        Second last = second;
        long number = System.currentTimeMillis() / 1000;
        if (last.number() != number) {
            byte[] date = bytes("Date: " + DATE.format(Instant.ofEpochSecond(number)) + "\r\n");
            byte[] both = new byte[server.length + date.length];
            System.arraycopy(server, 0, both, 0, server.length);
            System.arraycopy(date, 0, both, server.length, date.length);
            last = new Second(number, date, both);
            second = last;
        }
        return last;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
