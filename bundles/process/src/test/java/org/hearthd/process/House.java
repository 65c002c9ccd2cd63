package org.hearthd.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentConstants;

/** What the framework would give: a context, a registration with its properties, a typed configuration. */
final class House {
    /** Why a component is deactivated, in most tests. */
    static final int STOPPED = ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED;

    static final Map<String, Object> PID = Map.of(Constants.SERVICE_PID, "org.hearthd.process~test");

    /** The properties of the service, or null while there is none. */
    private volatile Hashtable<?, ?> registered;

    /** Runs while the properties of the service are changed, as a listener does. */
    volatile Runnable whileChanging = () -> {};

    /** Runs while the service is unregistered: dispatch waits there for the last request. */
    volatile Runnable whileUnregistering = () -> {};

    Object property(String key) {
        return registered == null ? null : registered.get(key);
    }

    boolean empty() {
        return registered == null;
    }

    BundleContext context() {
        return proxy(BundleContext.class, (self, method, arguments) -> switch (method.getName()) {
            case "getBundle" -> proxy(Bundle.class, (bundle, get, none) -> Bundle.ACTIVE);
            case "registerService" -> {
                registered = (Hashtable<?, ?>) arguments[2];
                yield registration();
            }
            default -> null;
        });
    }

    private ServiceRegistration<?> registration() {
        return proxy(ServiceRegistration.class, (self, method, arguments) -> switch (method.getName()) {
            case "getReference" -> proxy(ServiceReference.class, (reference, get, key) -> registered.get(key[0]));
            case "setProperties" -> {
                registered = (Hashtable<?, ?>) arguments[0];
                whileChanging.run();
                yield null;
            }
            default -> {
                whileUnregistering.run();
                registered = null;
                yield null;
            }
        });
    }

    /** A configuration with these values; the rest are defaults. Keys are method names. */
    static <T> T config(Class<T> type, Map<String, Object> values) {
        return proxy(type, (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
