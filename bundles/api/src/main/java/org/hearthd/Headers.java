package org.hearthd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * An immutable list of header fields: order, case and duplicates are kept, names are compared without regard to ASCII case.
 * Names and values are octets (ISO-8859-1); what comes in goes out byte for byte.
 */
public final class Headers implements Iterable<Headers.Field> {
    /** No headers at all. */
    public static final Headers EMPTY = new Headers(new String[0]);

    /** Names and values in turn; never modified. */
    private final String[] fields;

    private Headers(String[] fields) {
        this.fields = fields;
    }

    /** One header field. */
    public record Field(String name, String value) {}

    /**
     * Headers from names and values in turn, e.g. {@code of("Host", "h", "Accept", "*")}.
     *
     * @throws IllegalArgumentException if a name has no value, or {@link #check} refuses a field
     */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("header " + namesAndValues[namesAndValues.length - 1] + " has no value");
        }
        for (int i = 0; i < namesAndValues.length; i += 2) {
            check(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Headers(namesAndValues.clone());
    }

    /**
     * Refuses a field that would end its line or its list early on some wire.
     *
     * @throws IllegalArgumentException naming the field: its name is empty, its name or value has a NUL, CR or LF, a character
     *         above U+00FF, or its name has a colon
     */
    public static void check(String name, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("header with an empty name, value " + value);
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == ':' || breaksLine(name.charAt(i))) {
                throw new IllegalArgumentException("header name " + name + " has an illegal character at " + i);
            }
        }
        for (int i = 0; i < value.length(); i++) {
            if (breaksLine(value.charAt(i))) {
                throw new IllegalArgumentException("header " + name + " has an illegal character at " + i + " of its value");
            }
        }
    }

    private static boolean breaksLine(char c) {
        // most characters are decided by two comparisons
        return c <= '\r' && (c == 0 || c == '\r' || c == '\n') || c > 0xff;
    }

    /** The first value of that name. */
    public Optional<String> first(String name) {
        return Optional.ofNullable(get(name));
    }

    /** The first value of that name, or null. */
    public String get(String name) {
        int i = indexOf(name, 0);
        return i < 0 ? null : fields[i + 1];
    }

    /** Every value of that name in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 2)) {
            values.add(fields[i + 1]);
        }
        return values;
    }

    /** Whether there is a field of that name. */
    public boolean contains(String name) {
        return indexOf(name, 0) >= 0;
    }

    /** These headers and one more field at the end; refused as by {@link #of}. */
    public Headers with(String name, String value) {
        check(name, value);
        String[] more = Arrays.copyOf(fields, fields.length + 2);
        more[fields.length] = name;
        more[fields.length + 1] = value;
        return new Headers(more);
    }

    /** These headers with that field set as ashd sets one: the first match removed, the new one appended. */
    public Headers set(String name, String value) {
        int i = indexOf(name, 0);
        if (i < 0) {
            return with(name, value);
        }
        check(name, value);
        String[] same = new String[fields.length];
        System.arraycopy(fields, 0, same, 0, i);
        System.arraycopy(fields, i + 2, same, i, fields.length - i - 2);
        same[fields.length - 2] = name;
        same[fields.length - 1] = value;
        return new Headers(same);
    }

    /** These headers without any field of that name. */
    public Headers without(String name) {
        List<String> left = new ArrayList<>(fields.length);
        for (int i = 0; i < fields.length; i += 2) {
            if (!equalsIgnoreCase(fields[i], name)) {
                left.add(fields[i]);
                left.add(fields[i + 1]);
            }
        }
        return left.size() == fields.length ? this : new Headers(left.toArray(new String[0]));
    }

    /** The number of fields. */
    public int size() {
        return fields.length / 2;
    }

    /** The name of field {@code i}, counted from 0. */
    public String name(int i) {
        return fields[2 * i];
    }

    /** The value of field {@code i}, counted from 0. */
    public String value(int i) {
        return fields[2 * i + 1];
    }

    @Override
    public Iterator<Field> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public Field next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return new Field(name(next), value(next++));
            }
        };
    }

    private int indexOf(String name, int from) {
        for (int i = from; i < fields.length; i += 2) {
            if (equalsIgnoreCase(fields[i], name)) {
                return i;
            }
        }
        return -1;
    }

    /** ASCII only: String.equalsIgnoreCase would also fold letters above 0x7f. */
    private static boolean equalsIgnoreCase(String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        if (a.equals(b)) {
            return true;
        }
        for (int i = 0; i < a.length(); i++) {
            if (lower(a.charAt(i)) != lower(b.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers h && Arrays.equals(fields, h.fields);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(fields);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        forEach(f -> text.append(f.name()).append(": ").append(f.value()).append('\n'));
        return text.toString();
    }
}
