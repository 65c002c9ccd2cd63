package org.hearthd.settings;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;

/** A real framework with bundles from the test class path. */
public final class TestFramework implements AutoCloseable {
    private final Framework framework;

    /** Starts it; those packages of the test's own class path are there for its bundles. */
    public TestFramework(Path storage, String packages, Map<String, String> properties) throws BundleException {
        Map<String, String> all = new HashMap<>(properties);
        all.put("org.osgi.framework.system.packages.extra", packages);
        all.put("org.osgi.framework.storage", storage.toString());
        all.put("org.osgi.framework.storage.clean", "onFirstInit");
        framework = new FrameworkFactory().newFramework(all);
        framework.start();
    }

    /** That of the system bundle. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** Installs the bundle whose jar begins with this name. */
    public Bundle install(String name) throws IOException, BundleException {
        for (URL manifest : Collections.list(getClass().getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            if (manifest.openConnection() instanceof JarURLConnection jar
                    && jar.getJarFileURL().getPath().contains("/" + name + "-")) {
                return context().installBundle(jar.getJarFileURL().toString());
            }
        }
        throw new IOException(name + " is not on the test class path");
    }

    /** Through the ConfigurationAdmin that runs in there, whose classes are not those of this test. */
    public void configure(String pid, Map<String, Object> values) throws ReflectiveOperationException, InvalidSyntaxException {
        configuration(pid, "update", new Class<?>[] {Dictionary.class}, new Hashtable<>(values));
    }

    private void configuration(String pid, String method, Class<?>[] types, Object... arguments)
            throws ReflectiveOperationException, InvalidSyntaxException {
        ServiceReference<?> reference = context().getAllServiceReferences("org.osgi.service.cm.ConfigurationAdmin", null)[0];
        Object admin = context().getService(reference);
        ClassLoader classes = reference.getBundle().adapt(BundleWiring.class).getClassLoader();
        Object configuration = classes.loadClass("org.osgi.service.cm.ConfigurationAdmin")
                .getMethod("getConfiguration", String.class, String.class).invoke(admin, pid, "?");
        classes.loadClass("org.osgi.service.cm.Configuration").getMethod(method, types).invoke(configuration, arguments);
    }

    /** Takes a configuration back. */
    public void unconfigure(String pid) throws ReflectiveOperationException, InvalidSyntaxException {
        configuration(pid, "delete", new Class<?>[0]);
    }

    @Override
    public void close() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }
}
