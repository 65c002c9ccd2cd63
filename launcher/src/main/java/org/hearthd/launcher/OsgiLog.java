package org.hearthd.launcher;

import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerConsumer;
import org.osgi.service.log.LoggerFactory;

/** What bundles give to the OSGi log service goes the way of all records. Of what Declarative Services say only errors do, shortened. */
final class OsgiLog implements LoggerFactory {
    /** The package of this service, which the system bundle exports where a feature asks for it. */
    static final String PACKAGE = "org.osgi.service.log";

    /** The beginning of all that Declarative Services say of a bundle. */
    private static final Pattern OF_SCR = Pattern.compile("bundle \\S+ \\(\\d+\\)");
    private static final System.Logger SCR = System.getLogger("org.apache.felix.scr");
    private static final System.Logger DETAILS = System.getLogger(OsgiLog.class.getName());
    /** What is said again after a longer pause is news: the same mistake may have been made again. */
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoTime;

    OsgiLog() {
        this(System::nanoTime);
    }

    /** With another clock. */
    OsgiLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Logger getLogger(String name) {
        return getLogger(null, name, Logger.class);
    }

    @Override
    public Logger getLogger(Class<?> clazz) {
        return getLogger(null, clazz.getName(), Logger.class);
    }

    @Override
    public <L extends Logger> L getLogger(String name, Class<L> loggerType) {
        return getLogger(null, name, loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(Class<?> clazz, Class<L> loggerType) {
        return getLogger(null, clazz.getName(), loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(Bundle bundle, String name, Class<L> loggerType) {
        Class<?>[] type = {loggerType == Logger.class ? Logger.class : FormatterLogger.class};
        return loggerType.cast(Proxy.newProxyInstance(Logger.class.getClassLoader(), type, new Calls(name, nanoTime)));
    }

    /** The methods of a logger, which are the same for each level. */
    private static final class Calls implements InvocationHandler {
        private final String name;
        private final System.Logger logger;
        private final LongSupplier nanoTime;
        private String last = "";
        private long lastAt;

        Calls(String name, LongSupplier nanoTime) {
            this.name = name;
            this.nanoTime = nanoTime;
            this.logger = System.getLogger(name);
        }

        @Override
        @SuppressWarnings("unchecked") // a consumer throws what its caller has declared
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            String called = method.getName();
            if (method.getDeclaringClass() == Object.class) {
                return called.equals("equals") ? proxy == arguments[0] : called.equals("hashCode") ? hashCode() : (Object) name;
            }
            if (called.equals("getName")) {
                return name;
            }
            if (method.getReturnType() == boolean.class) {
                return logger.isLoggable(level(called.substring(2, called.length() - "Enabled".length()).toLowerCase()));
            }
            Level level = level(called);
            if (logger.isLoggable(level) && arguments[0] instanceof LoggerConsumer<?> consumer) {
                ((LoggerConsumer<Exception>) consumer).accept((Logger) proxy);
            } else if (logger.isLoggable(level)) {
                log(level, proxy instanceof FormatterLogger, arguments);
            }
            return null;
        }

        private static Level level(String called) {
            return switch (called) {
                case "trace" -> Level.TRACE;
                case "debug" -> Level.DEBUG;
                case "warn" -> Level.WARNING;
                case "error" -> Level.ERROR;
                default -> Level.INFO;
            };
        }

        private void log(Level level, boolean printf, Object... arguments) {
            Object[] values = arguments.length == 2 && arguments[1] instanceof Object[] several
                    ? several
                    : Arrays.copyOfRange(arguments, 1, arguments.length);
            Throwable thrown = values.length > 0 && values[values.length - 1] instanceof Throwable t ? t : null;
            // what an exception says may be nothing
            String format = String.valueOf(arguments[0]);
            String message = printf ? printed(format, values) : filled(format, values);
            if (OF_SCR.matcher(message).lookingAt()) {
                logScr(level, message, thrown);
            } else {
                logger.log(level, message, thrown);
            }
        }

        /** A record with a mistake in its format is still a record. */
        private static String printed(String format, Object... values) {
            try {
                return String.format(format, values);
            } catch (IllegalFormatException mistaken) {
                return format + " " + Arrays.toString(values);
            }
        }

        private static String filled(String format, Object... values) {
            StringBuilder message = new StringBuilder(format);
            int at = message.indexOf("{}");
            for (int i = 0; i < values.length && at >= 0; i++) {
                String value = String.valueOf(values[i]);
                message.replace(at, at + 2, value);
                at = message.indexOf("{}", at + value.length());
            }
            return message.toString();
        }

        /** A component that fails is tried again whenever somebody wants it: what is the same as before is no news. */
        private synchronized void logScr(Level level, String message, Throwable thrown) {
            String text = message + ShortTrace.of(thrown);
            if (level == Level.ERROR) {
                long now = nanoTime.getAsLong();
                if (!text.equals(last) || now - lastAt >= REPEAT_NANOS) {
                    SCR.log(level, text);
                }
                last = text;
                lastAt = now;
            }
            DETAILS.log(Level.DEBUG, message, thrown);
        }
    }
}
