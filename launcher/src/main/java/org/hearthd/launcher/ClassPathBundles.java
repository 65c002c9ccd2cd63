package org.hearthd.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes come from the class path of the virtual machine (OSGi Core 8, chapter 60, Connect), which an archive of classes
 * has ready, and not from class loaders of their own: for a program that replaces none of its bundles while it runs.
 */
final class ClassPathBundles implements ModuleConnector {
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

        Content(File file) {
            this.file = file;
        }

        /** Left to the framework, which reads the manifest faster than the JDK does. */
        @Override
        public Optional<Map<String, String>> getHeaders() {
            return Optional.empty();
        }

        @Override
        public Iterable<String> getEntries() {
            return jar.stream().map(ZipEntry::getName)::iterator;
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
