package org.hearthd.deploy;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** Finds what keeps the class loader of an uninstalled bundle: the wiring of others, a thread, or a thread-local. */
final class LeakFinder {
    private final LongFunction<List<String>> users;

    /** @param users the names of the bundles that are wired to an uninstalled one, by its id */
    LeakFinder(LongFunction<List<String>> users) {
        this.users = users;
    }

    /** Kind and name of the first culprit. */
    String find(ClassLoader loader, long bundleId) {
        List<String> wired = users.apply(bundleId);
        if (!wired.isEmpty()) {
            return "wiring of " + String.join(", ", wired);
        }
        Thread[] threads = threads();
        for (Thread thread : threads) {
            if (runs(thread, loader)) {
                return "thread " + thread.getName();
            }
        }
        for (Thread thread : threads) {
            String value = threadLocal(thread, loader);
            if (!value.isEmpty()) {
                return "thread-local of thread " + thread.getName() + " with " + value;
            }
        }
        return "unknown";
    }

    private static Thread[] threads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] all = new Thread[2 * root.activeCount() + 16];
        return Arrays.copyOf(all, root.enumerate(all));
    }

    private static boolean runs(Thread thread, ClassLoader loader) {
        for (ClassLoader one = thread.getContextClassLoader(); one != null; one = one.getParent()) {
            if (one == loader) {
                return true;
            }
        }
        Object holder = field(thread, Thread.class, "holder");
        Object task = holder == null ? field(thread, Thread.class, "target") : field(holder, holder.getClass(), "task");
        return isOf(loader, thread) || isOf(loader, task) || isOf(loader, thread.getUncaughtExceptionHandler());
    }

    private static String threadLocal(Thread thread, ClassLoader loader) {
        for (String kind : List.of("threadLocals", "inheritableThreadLocals")) {
            Object map = field(thread, Thread.class, kind);
            Object table = map == null ? null : field(map, map.getClass(), "table");
            for (int i = 0; table != null && i < Array.getLength(table); i++) {
                Object entry = Array.get(table, i);
                Object value = entry == null ? null : field(entry, entry.getClass(), "value");
                if (holds(value, loader)) {
                    return "a value of " + value.getClass().getName();
                }
            }
        }
        return "";
    }

    /** Looks into what the JDK's own containers hold, one level deep: code of others must not run here. */
    private static boolean holds(Object value, ClassLoader loader) {
        if (value == null || isOf(loader, value)) {
            return value != null;
        }
        if (value.getClass().getClassLoader() != null) {
            return false;
        }
        try {
            Collection<?> elements = value instanceof Object[] array
                    ? Arrays.asList(array)
                    : value instanceof Collection<?> collection
                            ? collection
                            : value instanceof Map<?, ?> map ? map.values() : List.of();
            for (Object element : elements) {
                if (isOf(loader, element)) {
                    return true;
                }
            }
        } catch (RuntimeException changing) {
            // its thread works on it right now
            return false;
        }
        return false;
    }

    private static boolean isOf(ClassLoader loader, Object object) {
        return object == loader || object instanceof Class<?> type && type.getClassLoader() == loader
                || object != null && object.getClass().getClassLoader() == loader;
    }

    /** Null also where the launcher has not opened java.lang, or another JDK has other fields. */
    static Object field(Object object, Class<?> declaring, String name) {
        try {
            Field field = declaring.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
            return null;
        }
    }
}
