package org.hearthd.settings;

import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.felix.utils.properties.Properties.PropertiesReader;
import org.apache.felix.utils.properties.TypedProperties;

/** The content of a configuration file, read with the very parser that File Install uses. */
final class ConfigurationText {
    /** Receives what is wrong with the text itself. */
    interface Complaints {
        void add(int line, String message);
    }

    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<String, String> raw = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();

    private ConfigurationText() {}

    /** Reads a text; {@code variables} gives the value of a name in <code>${name}</code>, null when it has none. */
    static ConfigurationText read(String text, UnaryOperator<String> variables, Complaints complaints) {
        ConfigurationText result = new ConfigurationText();
        if (text.startsWith("<")) {
            complaints.add(1, "XML is not supported; write lines of the form key = value");
            return result;
        }
        try {
            result.readLines(text, complaints);
            result.readValues(text, variables, complaints);
        } catch (IOException | IllegalArgumentException | StringIndexOutOfBoundsException unreadable) {
            complaints.add(0, "cannot be read: " + unreadable.getMessage());
        }
        return result;
    }

    private void readLines(String text, Complaints complaints) throws IOException {
        PropertiesReader reader = new PropertiesReader(new StringReader(text), true);
        while (reader.nextProperty()) {
            int line = reader.getLineNumber() - reader.getValueLines().size() + 1;
            raw.put(reader.getPropertyName(), reader.getPropertyValue());
            Integer earlier = lines.putIfAbsent(reader.getPropertyName(), line);
            if (earlier != null) {
                complaints.add(line, "key '" + reader.getPropertyName() + "' stands already in line " + earlier
                        + "; only one of the two can be meant");
            }
        }
    }

    private void readValues(String text, UnaryOperator<String> variables, Complaints complaints) throws IOException {
        Map<String, Set<String>> missing = new LinkedHashMap<>();
        TypedProperties properties = new TypedProperties((name, key, variable) -> {
            String value = variable.startsWith("env:") ? null : variables.apply(variable);
            if (value == null && !text.contains("${" + variable + ":")) {
                missing.computeIfAbsent(key, ignored -> new LinkedHashSet<>()).add(variable);
            }
            return value;
        });
        properties.load(new StringReader(text));
        missing.forEach((key, names) -> names.forEach(name -> complaints.add(line(key),
                "key '" + key + "' refers to ${" + name + "}, which is neither a framework property nor a key of this file")));
        for (String key : lines.keySet()) {
            Object value = properties.get(key);
            if (value == null) {
                complaints.add(line(key), "key '" + key + "': value '" + raw.get(key)
                        + "' can not be read: what is in brackets is a list of quoted values, e.g. [\"a\", \"b\"]");
                continue;
            }
            values.put(key, value);
            if (value instanceof String && ((String) value).contains("${")) {
                complaints.add(line(key), "key '" + key + "': a ${ without its }");
            }
        }
    }

    /** Keys in the order of the file, with their values: strings, numbers, booleans, or arrays and collections of them. */
    Map<String, Object> values() {
        return values;
    }

    /** The line of a key, counted from 1. */
    int line(String key) {
        return lines.getOrDefault(key, 0);
    }
}
