package org.hearthd.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.ops4j.pax.tinybundles.TinyBundle;
import org.ops4j.pax.tinybundles.TinyBundles;

/** Packs component classes into a bundle, as bnd does for a third party. */
final class HandlerBundles {
    private HandlerBundles() {}

    /** Writes DIR/NAME-VERSION.jar with symbolic name org.example.NAME. */
    static Path pack(Path dir, String name, String version, Class<?>... classes) throws IOException {
        Path jar = dir.resolve(name + "-" + version + ".jar");
        TinyBundle bundle = TinyBundles.bundle();
        for (Class<?> one : classes) {
            bundle.addClass(one);
        }
        try (InputStream in = bundle.setHeader("Bundle-SymbolicName", "org.example." + name).setHeader("Bundle-Version", version)
                .build(TinyBundles.bndBuilder())) {
            Files.copy(in, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }

    /** Writes the same bundle beside that jar with another header, e.g. its version. */
    static Path with(Path jar, String target, String header, String value) throws IOException {
        Path copy = jar.resolveSibling(target);
        try (JarFile from = new JarFile(jar.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().putValue(header, value);
            try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(copy), manifest)) {
                for (Enumeration<JarEntry> entries = from.entries(); entries.hasMoreElements();) {
                    JarEntry entry = entries.nextElement();
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        to.putNextEntry(new JarEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(to);
                    }
                }
            }
        }
        return copy;
    }
}
