package org.hearthd.settings;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.felix.metatype.AD;

/** Checks a value against its attribute. */
final class ValueCheck {
    private static final String[] TYPES = {"", "String", "Long", "Integer", "Short", "Character", "Byte", "Double", "Float",
        "BigInteger", "BigDecimal", "Boolean", "Password"};
    private static final int STRING = 1;
    private static final int PASSWORD = 12;

    private ValueCheck() {}

    /** Says what is wrong with the value, if anything. */
    static Optional<String> problem(AD attribute, Object value) {
        List<String> elements = elements(value);
        int most = attribute.getCardinality() == 0 ? 1 : Math.abs(attribute.getCardinality());
        if (attribute.getCardinality() == 0 && !(isSingle(value))) {
            return Optional.of(complaint(attribute, value, "is a list, but one value is expected"));
        }
        if (elements.size() > most) {
            return Optional.of(complaint(attribute, value, "has more than " + most + " values"));
        }
        if (attribute.getCardinality() != 0 && value instanceof String && ((String) value).startsWith("[")) {
            return Optional.of(complaint(attribute, value,
                    "is taken as one string: a list is only read as such when every value of the file is quoted"));
        }
        return elements.stream().map(element -> elementProblem(attribute, element)).flatMap(Optional::stream).findFirst()
                .map(reason -> complaint(attribute, value, reason));
    }

    /** Whether the file has to give a value, because there is no default. */
    static boolean isNeeded(AD attribute) {
        return attribute.isRequired() && attribute.getCardinality() == 0 && attribute.getDefaultValue() == null;
    }

    /** What the attribute accepts, for people. */
    static String expected(AD attribute) {
        StringBuilder text = new StringBuilder(TYPES[attribute.getType()]);
        if (attribute.getCardinality() != 0) {
            text.append(" list");
        }
        if (attribute.getMin() != null || attribute.getMax() != null) {
            text.append(isText(attribute) ? " of length " : " ").append(attribute.getMin() == null ? "" : attribute.getMin())
                    .append("..").append(attribute.getMax() == null ? "" : attribute.getMax());
        }
        if (attribute.getOptionValues() != null && attribute.getOptionValues().length > 0) {
            text.append(", one of ").append(String.join(", ", attribute.getOptionValues()));
        }
        if (attribute.getDescription() != null && !attribute.getDescription().isBlank()) {
            text.append(" (").append(attribute.getDescription().strip()).append(')');
        }
        return text.toString();
    }

    private static String complaint(AD attribute, Object value, String reason) {
        String shown = attribute.getType() == PASSWORD
                ? "..."
                : isSingle(value) ? String.valueOf(value) : elements(value).toString();
        return "key '" + attribute.getID() + "': value '" + shown + "' " + reason + "; expected: " + expected(attribute);
    }

    private static Optional<String> elementProblem(AD attribute, String element) {
        if (!isText(attribute) && !element.equals(element.strip())) {
            return Optional.of("has white space around it");
        }
        if (!isText(attribute) && element.isEmpty()) {
            return Optional.of("is empty");
        }
        // A list is given to validate() as one string with commas, so what the element has of them is escaped.
        String given = attribute.getCardinality() == 0 ? element : element.replaceAll("([\\\\, ])", "\\\\$1");
        String message = attribute.validate(given);
        if (message == null || message.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("is " + switch (message) {
            case AD.VALIDATE_GREATER_THAN_MAXIMUM -> isText(attribute) ? "too long" : "greater than the maximum";
            case AD.VALIDATE_LESS_THAN_MINIMUM -> isText(attribute) ? "too short" : "less than the minimum";
            case AD.VALIDATE_NOT_A_VALID_OPTION -> "not one of the options";
            case AD.VALIDATE_MISSING -> "empty";
            default -> "not valid";
        });
    }

    private static boolean isText(AD attribute) {
        return attribute.getType() == STRING || attribute.getType() == PASSWORD;
    }

    private static boolean isSingle(Object value) {
        return !(value instanceof Collection) && !value.getClass().isArray();
    }

    private static List<String> elements(Object value) {
        List<String> elements = new ArrayList<>();
        if (value instanceof Collection) {
            ((Collection<?>) value).forEach(element -> elements.add(String.valueOf(element)));
        } else if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(String.valueOf(Array.get(value, i)));
            }
        } else {
            elements.add(String.valueOf(value));
        }
        return elements;
    }
}
