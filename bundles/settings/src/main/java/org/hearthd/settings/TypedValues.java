package org.hearthd.settings;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Configured values as the annotation that a component declares for them, the way Declarative Services makes it. */
final class TypedValues {
    private TypedValues() {}

    /** An instance of the annotation type; what is not configured has its default. */
    static Object of(Class<?> type, Map<String, Object> values) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            Object value = values.get(key(method));
            return value != null
                    ? convert(value, method.getReturnType())
                    : method.getDefaultValue() != null ? method.getDefaultValue() : absent(method.getReturnType());
        });
    }

    private static String key(Method method) {
        return method.getName().replace("__", "\0").replace('_', '.').replace('\0', '_');
    }

    private static Object absent(Class<?> type) {
        return type.isArray() || type.isPrimitive() ? convert(type.isArray() ? List.of() : "0", type) : null;
    }

    /** Values have been checked against Metatype before. */
    private static Object convert(Object value, Class<?> type) {
        List<?> all = value instanceof Collection<?> several
                ? List.copyOf(several)
                : value instanceof Object[] array ? List.of(array) : List.of(value);
        if (!type.isArray()) {
            return all.isEmpty() ? absent(type) : single(String.valueOf(all.get(0)), type);
        }
        Object array = Array.newInstance(type.getComponentType(), all.size());
        for (int i = 0; i < all.size(); i++) {
            Array.set(array, i, single(String.valueOf(all.get(i)), type.getComponentType()));
        }
        return array;
    }

    private static Object single(String text, Class<?> type) {
        return switch (type.getName()) {
            case "int" -> Integer.valueOf(text.strip());
            case "long" -> Long.valueOf(text.strip());
            case "double" -> Double.valueOf(text.strip());
            case "boolean" -> Boolean.valueOf(text.strip());
            default -> text;
        };
    }
}
