package org.hearthd.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.Constants;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes come from the class path of the virtual machine (OSGi Core 8, chapter 60, Connect), which an archive of classes
 * has ready, and not from class loaders of their own: for a program that replaces none of its bundles while it runs.
 */
final class ClassPathBundles implements ModuleConnector {
    /** What tells class loaders of each other. Of several releases in one jar the virtual machine takes the right one by itself. */
    private static final Set<String> WIRING = Set.of(Constants.IMPORT_PACKAGE, Constants.EXPORT_PACKAGE,
            Constants.DYNAMICIMPORT_PACKAGE, Constants.REQUIRE_CAPABILITY, Constants.PROVIDE_CAPABILITY,
            Constants.BUNDLE_NATIVECODE,
            "Multi-Release");

    @Override
    public void initialize(File storage, Map<String, String> configuration) {
        // nothing of it is needed
    }

    /** The bundle of a jar that is on the class path. */
    @Override
    public Optional<ConnectModule> connect(String location) {
        File jar = Path.of(URI.create(location)).toFile();
        return Optional.of(() -> new Content(jar));
    }

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }

    /** What stands in a jar: the framework reads the manifest, others their resources. */
    private static final class Content implements ConnectContent {
        private final File file;
        private JarFile jar;
        private Manifest manifest;
        private List<String> names;

        Content(File file) {
            this.file = file;
        }

        /** Nothing has to be resolved: all bundles have the same class loader, and the virtual machine has its own rules for jars. */
        @Override
        public Optional<Map<String, String>> getHeaders() {
            Map<String, String> headers = new HashMap<>();
            manifest.getMainAttributes().forEach((key, value) -> headers.put(key.toString(), value.toString()));
            headers.keySet().removeAll(WIRING);
            return Optional.of(headers);
        }

        @Override
        public Iterable<String> getEntries() {
            if (names == null) {
                names = jar.stream().map(ZipEntry::getName).toList();
            }
            return names;
        }

        @Override
        public Optional<ConnectEntry> getEntry(String name) {
            return Optional.ofNullable(jar.getEntry(name)).map(entry -> new Entry(jar, entry));
        }

        @Override
        public Optional<ClassLoader> getClassLoader() {
            return Optional.of(ClassPathBundles.class.getClassLoader());
        }

        @Override
        public void open() throws IOException {
            if (jar == null) {
                jar = new JarFile(file, false);
                manifest = jar.getManifest();
                if (manifest == null) {
                    close();
                    throw new IOException(file + " has no manifest");
                }
            }
        }

        @Override
        public void close() throws IOException {
            if (jar != null) {
                jar.close();
                jar = null;
            }
        }
    }

    private record Entry(JarFile jar, ZipEntry entry) implements ConnectContent.ConnectEntry {
        @Override
        public String getName() {
            return entry.getName();
        }

        @Override
        public long getContentLength() {
            return entry.getSize();
        }

        @Override
        public long getLastModified() {
            return entry.getTime();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return jar.getInputStream(entry);
        }
    }
}
