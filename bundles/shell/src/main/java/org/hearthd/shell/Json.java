package org.hearthd.shell;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Writes plain JDK objects as JSON on one line (RFC 8259): maps, collections, numbers, booleans; all else as its text. */
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    static String of(Object value) {
        Json json = new Json();
        json.value(value);
        return json.out.toString();
    }

    private void value(Object value) {
        if (value instanceof Map<?, ?> map) {
            object(map);
        } else if (value instanceof Collection<?> list) {
            array(list);
        } else if (value instanceof Double || value instanceof Float) {
            // there are no infinite numbers in JSON
            out.append(Double.isFinite(((Number) value).doubleValue()) ? value : "null");
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else {
            string(value.toString());
        }
    }

    private void object(Map<?, ?> map) {
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext();) {
            Map.Entry<?, ?> entry = entries.next();
            string(String.valueOf(entry.getKey()));
            out.append(':');
            value(entry.getValue());
            out.append(entries.hasNext() ? "," : "");
        }
        out.append('}');
    }

    private void array(Collection<?> list) {
        out.append('[');
        for (Iterator<?> values = list.iterator(); values.hasNext();) {
            value(values.next());
            out.append(values.hasNext() ? "," : "");
        }
        out.append(']');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i), loneSurrogate(text, i));
        }
        out.append('"');
    }

    private void character(char c, boolean loneSurrogate) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                // a terminal may act on the controls from 0x7f to 0x9f too
                if (c < ' ' || c >= 0x7f && c < 0xa0 || loneSurrogate) {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }

    /** Half of a pair can not be encoded in UTF-8. */
    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
