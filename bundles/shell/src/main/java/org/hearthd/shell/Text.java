package org.hearthd.shell;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes plain JDK objects for people: a list of maps as an aligned table, a map as aligned lines, a string as it is. */
final class Text {
    private static final System.Logger LOG = System.getLogger(Text.class.getName());
    /** A longer value moves only what stands behind it in its line. */
    private static final int WIDEST = 40;
    private static final String GAP = "  ";
    /** A key that ends so has a number of milliseconds. */
    private static final String MILLISECONDS = ".ms";
    /** A time as {@link Instant} writes it. */
    private static final Pattern LIKE_A_TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Text() {}

    /** All lines with their ends; nothing for null. */
    static String of(Object result) {
        if (result == null) {
            return "";
        }
        if (result instanceof Map<?, ?> map) {
            return pairs(map);
        }
        if (result instanceof Collection<?> rows) {
            return rows.isEmpty() ? "none\n" : rows.stream().allMatch(row -> row instanceof Map) ? table(rows) : lines(rows);
        }
        return lines(List.of(result.toString().split("\n", -1)));
    }

    private static String lines(Collection<?> values) {
        return values.stream().map(value -> cell("", value) + "\n").collect(Collectors.joining());
    }

    private static String pairs(Map<?, ?> map) {
        int width = map.keySet().stream().mapToInt(key -> title(key).length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        map.forEach((key, value) -> {
            String title = title(key);
            Collection<?> values = value instanceof Collection<?> several && !several.isEmpty()
                    ? several
                    : List.of(cell(key, value));
            for (Object each : values) {
                text.append(pad(title, width)).append(GAP).append(cell(key, each)).append('\n');
                title = "";
            }
        });
        return text.toString();
    }

    private static String table(Collection<?> rows) {
        Set<Object> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(((Map<?, ?>) row).keySet()));
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(column -> title(column).toUpperCase(Locale.ROOT)).toList());
        rows.forEach(row -> lines.add(columns.stream().map(column -> cell(column, ((Map<?, ?>) row).get(column))).toList()));
        StringBuilder text = new StringBuilder();
        int[] widths = new int[columns.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            widths[at] = Math.min(WIDEST, lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0));
        }
        for (List<String> line : lines) {
            StringBuilder one = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                one.append(pad(line.get(column), widths[column])).append(GAP);
            }
            text.append(one.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String title(Object key) {
        String text = printable(String.valueOf(key));
        String name = text.endsWith(MILLISECONDS) ? text.substring(0, text.length() - MILLISECONDS.length()) : text;
        return name.replace('.', ' ');
    }

    private static String cell(Object key, Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().map(entry -> title(entry.getKey()) + "=" + cell(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(" "));
        }
        if (value instanceof Collection<?> several) {
            return several.isEmpty() ? "-" : several.stream().map(each -> cell(key, each)).collect(Collectors.joining(", "));
        }
        if (value instanceof Number number && String.valueOf(key).endsWith(MILLISECONDS)) {
            return duration(number.longValue());
        }
        if (value instanceof Boolean yes) {
            return yes ? "yes" : "no";
        }
        String text = value == null || value.equals("") ? "-" : printable(value.toString());
        return LIKE_A_TIME.matcher(text).matches() ? age(text) : text;
    }

    private static String age(String time) {
        try {
            return duration(Math.max(0, Duration.between(Instant.parse(time), Instant.now()).toMillis())) + " ago";
        } catch (DateTimeParseException e) {
            LOG.log(Level.TRACE, "only looks like a time", e);
            return time;
        }
    }

    /** Two units are enough. */
    static String duration(long ms) {
        if (ms < SECOND) {
            return ms + " ms";
        }
        if (ms < MINUTE) {
            return String.format(Locale.ROOT, "%.1f s", (ms - ms % 100) / (double) SECOND);
        }
        if (ms < HOUR) {
            return ms / MINUTE + " min " + ms % MINUTE / SECOND + " s";
        }
        return ms < DAY ? ms / HOUR + " h " + ms % HOUR / MINUTE + " min" : ms / DAY + " d " + ms % DAY / HOUR + " h";
    }

    /** What clients and bundles send may have codes that a terminal acts on, or that break a line. */
    static String printable(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                safe.append("\\n");
            } else if (Character.isISOControl(c)) {
                safe.append(String.format("\\x%02x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }
}
