package org.hearthd.dispatch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** A real framework with a dispatcher, bound to the handler services as SCR does it: synchronously, by reference. */
final class House implements AutoCloseable {
    @DispatchConfig(park_timeout_ms = 0)
    interface WithoutParking {}

    final BundleContext context;
    final DispatcherService dispatcher;
    private final Framework framework;

    House(Path storage) throws BundleException {
        this(storage, config(WithoutParking.class));
    }

    @SuppressWarnings("unchecked") // the filter lets handlers through only
    House(Path storage, DispatchConfig config) throws BundleException {
        framework = new FrameworkFactory()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString(), "felix.log.level", "1"));
        framework.start();
        context = framework.getBundleContext();
        dispatcher = new DispatcherService(context, config);
        dispatcher.start();
        ServiceListener scr = event -> {
            ServiceReference<Handler> reference = (ServiceReference<Handler>) event.getServiceReference();
            switch (event.getType()) {
                case ServiceEvent.REGISTERED -> dispatcher.addHandler(reference);
                case ServiceEvent.MODIFIED -> dispatcher.updatedHandler(reference);
                default -> dispatcher.removeHandler(reference);
            }
        };
        try {
            context.addServiceListener(scr, "(objectClass=" + Handler.class.getName() + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static DispatchConfig config(Class<?> annotated) {
        return annotated.getAnnotation(DispatchConfig.class);
    }

    ServiceRegistration<Handler> register(Handler handler, Object... namesAndValues) {
        return context.registerService(Handler.class, handler, properties(namesAndValues));
    }

    static Hashtable<String, Object> properties(Object... namesAndValues) {
        Hashtable<String, Object> properties = new Hashtable<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return properties;
    }

    /** A started bundle without classes. */
    Bundle bundle(String symbolicName) throws IOException, BundleException {
        Bundle bundle = install(symbolicName, "1.0.0");
        bundle.start();
        return bundle;
    }

    /** An installed bundle without classes. */
    Bundle install(String symbolicName, String version) throws IOException, BundleException {
        return context.installBundle("memory:" + symbolicName + version, jar(symbolicName, version));
    }

    /** A bundle without classes. */
    static InputStream jar(String symbolicName, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, symbolicName);
        manifest.getMainAttributes().putValue(Constants.BUNDLE_VERSION, version);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    Client dispatch(String handler) {
        Client client = new Client("");
        dispatcher.dispatch(handler, client.exchange);
        return client;
    }

    Client route(String rest, String... headers) {
        Client client = new Client(rest, headers);
        dispatcher.route(client.exchange);
        return client;
    }

    @Override
    public void close() throws BundleException, InterruptedException {
        dispatcher.stop();
        framework.stop();
        framework.waitForStop(10_000);
    }
}
