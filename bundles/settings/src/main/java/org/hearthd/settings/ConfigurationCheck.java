package org.hearthd.settings;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.felix.metatype.AD;
import org.osgi.framework.Constants;

/** Checks one configuration file: its name, its text, its keys and its values. Pure: reads no file. */
final class ConfigurationCheck {
    /** Says what Metatype can not. */
    interface Components {
        /** Why the components with that (factory) PID do not take what is configured, {@code service.pid} included. */
        List<String> refusals(String pid, Map<String, Object> values);
    }

    private final Map<String, Schema> schemas;
    private final UnaryOperator<String> variables;
    private final Components components;

    /** {@code variables} gives the value of a framework property, null when it is not set. */
    ConfigurationCheck(Map<String, Schema> schemas, UnaryOperator<String> variables, Components components) {
        this.schemas = schemas;
        this.variables = variables;
        this.components = components;
    }

    /** Everything that is wrong with a file; {@code shown} is the file's path for people. Empty: it may be applied. */
    List<Problem> check(String shown, String fileName, byte[] content) {
        List<Problem> problems = new ArrayList<>();
        ConfigurationName name = ConfigurationName.of(fileName);
        String wrongName = nameProblem(fileName, name);
        if (wrongName != null) {
            problems.add(new Problem(shown, 0, wrongName.startsWith("no installed") ? "" : name.pid(), wrongName));
            return problems;
        }
        ConfigurationText.Complaints complaints = complaints(shown, name, problems);
        String text = decode(content);
        if (text == null) {
            complaints.add(0, "is not UTF-8");
            return problems;
        }
        try {
            checkText(shown, name, text, problems);
        } catch (RuntimeException unexpected) {
            // whatever stands in one file, the others are checked
            complaints.add(0, "can not be checked: " + unexpected);
        }
        return problems;
    }

    private static ConfigurationText.Complaints complaints(String shown, ConfigurationName name, List<Problem> problems) {
        return (line, message) -> problems.add(new Problem(shown, line, name.pid(), message));
    }

    private void checkText(String shown, ConfigurationName name, String text, List<Problem> problems) {
        ConfigurationText.Complaints complaints = complaints(shown, name, problems);
        ConfigurationText read = ConfigurationText.read(text, variables, complaints);
        if (problems.isEmpty()) {
            checkKeys(schemas.get(name.pid()), read, complaints);
        }
        if (problems.isEmpty()) {
            Map<String, Object> values = new HashMap<>(read.values());
            values.put(Constants.SERVICE_PID, name.servicePid());
            // they name the very configuration
            components.refusals(name.pid(), values).forEach(message -> problems.add(new Problem(shown, 0, "", message, true)));
        }
    }

    private String nameProblem(String fileName, ConfigurationName name) {
        if (fileName.indexOf('~') >= 0) {
            return "a ~ in the file name is not understood: name it " + fileName.replace('~', '-')
                    + " (factory PID, hyphen, name)";
        }
        Schema schema = schemas.get(name.pid());
        if (schema == null) {
            return "no installed bundle knows the PID '" + name.pid() + "'" + nearest("PID", name.pid(), schemas.keySet());
        }
        if (schema.factory() && !name.isFactory()) {
            return "is a factory PID: name the file " + name.pid() + "-NAME.cfg";
        }
        if (!schema.factory() && name.isFactory()) {
            return "is not a factory PID: name the file " + name.pid() + ".cfg";
        }
        return null;
    }

    private static void checkKeys(Schema schema, ConfigurationText text, ConfigurationText.Complaints complaints) {
        text.values().forEach((key, value) -> {
            AD attribute = schema.attributes().get(key);
            if (attribute == null) {
                complaints.add(text.line(key), "unknown key '" + key + "'" + nearest("key", key, schema.attributes().keySet()));
            } else {
                ValueCheck.problem(attribute, value).ifPresent(message -> complaints.add(text.line(key), message));
            }
        });
        schema.attributes().forEach((key, attribute) -> {
            if (!text.values().containsKey(key) && ValueCheck.isNeeded(attribute)) {
                complaints.add(0, "key '" + key + "' is missing; expected: " + ValueCheck.expected(attribute));
            }
        });
    }

    private static String nearest(String noun, String word, Collection<String> known) {
        return Nearest.to(word, known).map(nearest -> "; the nearest known " + noun + " is '" + nearest + "'").orElse("");
    }

    private static String decode(byte[] content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }
}
