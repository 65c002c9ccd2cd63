package org.hearthd.settings;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/** A real framework with bundles from the test class path. */
final class TestFramework implements AutoCloseable {
    private final Framework framework;

    TestFramework(Path storage, Map<String, String> properties) throws BundleException {
        Map<String, String> all = new HashMap<>(properties);
        all.put("org.osgi.framework.storage", storage.toString());
        all.put("org.osgi.framework.storage.clean", "onFirstInit");
        all.put("org.osgi.framework.system.packages.extra", "org.osgi.service.cm;version=1.6.1");
        framework = new FrameworkFactory().newFramework(all);
        framework.start();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Installs the bundle whose jar begins with this name. */
    Bundle install(String name) throws IOException, BundleException {
        for (URL manifest : Collections.list(getClass().getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            if (manifest.openConnection() instanceof JarURLConnection jar
                    && jar.getJarFileURL().getPath().contains("/" + name + "-")) {
                return context().installBundle(jar.getJarFileURL().toString());
            }
        }
        throw new IOException(name + " is not on the test class path");
    }

    @Override
    public void close() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }
}
