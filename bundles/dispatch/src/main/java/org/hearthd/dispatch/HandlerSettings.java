package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Handler;
import org.hearthd.spi.RoutePath;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * What a handler service says of itself in its properties. What is wrong there is logged with bundle and property, and the
 * default is used: a third-party bundle may not take more than itself down.
 *
 * @param name the handler's name, or null where the service has none and can not be used
 * @param paths the path prefixes it brings along
 * @param parkMax exchanges that wait while it is absent, or null for the default of that moment
 * @param parkTimeoutMs how long each waits, or null for the default of that moment
 */
record HandlerSettings(String name, List<String> paths, boolean nonBlocking, boolean exclusive, int threads, int queue,
        long timeoutMs, Long parkMax, Long parkTimeoutMs) {
    private static final System.Logger LOG = System.getLogger(HandlerSettings.class.getName());

    static HandlerSettings of(ServiceReference<Handler> reference, Limits limits) {
        return new HandlerSettings(name(reference), paths(reference), flag(reference, Handler.NON_BLOCKING),
                flag(reference, Handler.EXCLUSIVE),
                number(reference, Handler.THREADS, 1, Limits.MAX_THREADS, (long) limits.threads()).intValue(),
                number(reference, Handler.QUEUE, 0, Limits.MAX_QUEUE, (long) limits.queue()).intValue(),
                number(reference, Handler.TIMEOUT, 0, Limits.MAX_TIMEOUT_MS, limits.timeoutMs()),
                number(reference, Handler.PARK_MAX, 0, Limits.MAX_QUEUE, null),
                number(reference, Handler.PARK_TIMEOUT, 0, Limits.MAX_WAIT_MS, null));
    }

    /** Who registered the service, e.g. {@code org.example.hello 1.0.0 (bundle 17, service 42)}. */
    static String identity(ServiceReference<Handler> reference, Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion() + " (bundle " + bundle.getBundleId() + ", service "
                + reference.getProperty(Constants.SERVICE_ID) + ")";
    }

    private static String name(ServiceReference<Handler> reference) {
        Object value = reference.getProperty(Handler.NAME);
        if (value instanceof String name && !name.isBlank()) {
            return name;
        }
        bad(reference, Handler.NAME, value, "a String", "the service is ignored");
        return null;
    }

    private static List<String> paths(ServiceReference<Handler> reference) {
        Object value = reference.getProperty(Handler.PATH);
        if (value == null) {
            return List.of();
        }
        if (value instanceof String path) {
            return checkPaths(reference, path);
        }
        if (value instanceof String[] all) {
            return checkPaths(reference, all);
        }
        bad(reference, Handler.PATH, value, "a String or String[]", "it is ignored");
        return List.of();
    }

    private static List<String> checkPaths(ServiceReference<Handler> reference, String... paths) {
        List<String> good = new ArrayList<>(paths.length);
        for (String path : paths) {
            if (RoutePath.valid(path)) {
                good.add(path);
            } else {
                bad(reference, Handler.PATH, path, RoutePath.RULE, "it is ignored");
            }
        }
        return List.copyOf(good);
    }

    private static boolean flag(ServiceReference<Handler> reference, String key) {
        Object value = reference.getProperty(key);
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value != null) {
            bad(reference, key, value, "a Boolean (" + key + ":Boolean=true)", "it is false");
        }
        return false;
    }

    private static Long number(ServiceReference<Handler> reference, String key, long least, long most, Long otherwise) {
        Object value = reference.getProperty(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            long number = ((Number) value).longValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        bad(reference, key, value, "a whole number from " + least + " to " + most,
                otherwise == null ? "it is ignored" : "it is " + otherwise);
        return otherwise;
    }

    private static void bad(ServiceReference<Handler> reference, String key, Object value, String rule, String result) {
        Bundle bundle = reference.getBundle();
        String who = bundle == null ? "a bundle that is gone" : identity(reference, bundle);
        String what = value == null ? "is missing" : value + " (" + value.getClass().getSimpleName() + ")";
        LOG.log(Level.WARNING,
                "handler service of " + who + ": property " + key + " " + what + " must be " + rule + "; " + result);
    }
}
