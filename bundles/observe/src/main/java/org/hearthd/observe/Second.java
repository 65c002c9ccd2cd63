package org.hearthd.observe;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A time as text, made anew for another second only. Safe for use by several threads. */
final class Second {
    private final DateTimeFormatter pattern;
    private volatile Text last = new Text(Long.MIN_VALUE, "");

    /** @param pattern of {@link DateTimeFormatter}; the time is UTC */
    Second(String pattern) {
        this.pattern = DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    private record Text(long second, String text) {}

    /** @param millis as of {@link System#currentTimeMillis} */
    String of(long millis) {
        long second = Math.floorDiv(millis, 1000L);
        Text text = last;
        if (text.second() != second) {
            text = new Text(second, pattern.format(Instant.ofEpochSecond(second)));
            last = text;
        }
        return text.text();
    }
}
