package org.hearthd.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Registers handlers for {@link TestHandlers}, as the header {@code Handlers} says; runs inside the deployed bundles. */
public class Greeter implements BundleActivator {
    @Override
    public void start(BundleContext context) throws Exception {
        Map<String, String> headers = new Hashtable<>();
        java.util.Collections.list(context.getBundle().getHeaders().keys())
                .forEach(key -> headers.put(key, context.getBundle().getHeaders().get(key)));
        if (headers.containsKey("Needs") && !Files.exists(Path.of(headers.get("Needs")))) {
            throw new IllegalStateException("somebody else has the port" + "\nor another one".repeat(30));
        }
        if (headers.containsKey("Waits") && Files.exists(Path.of(headers.get("Waits")))) {
            Files.createFile(Path.of(headers.get("Waits") + ".seen"));
            while (Files.exists(Path.of(headers.get("Waits")))) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        for (String name : headers.getOrDefault("Handlers", "").split(",")) {
            Hashtable<String, Object> properties = new Hashtable<>(Map.of("handler.name", name));
            if (headers.containsKey("Exclusive")) {
                properties.put("handler.exclusive", true);
            }
            if (headers.containsKey("Failing")) {
                properties.put("failing", headers.get("Failing"));
            }
            Supplier<String> greeting = () -> "greetings of " + context.getBundle().getVersion();
            context.registerService(Supplier.class, greeting, properties);
        }
    }

    @Override
    public void stop(BundleContext context) {
        // the framework withdraws the handlers
    }
}
