package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes bundles. */
final class Jars {
    private final Map<String, String> headers = new TreeMap<>();
    private final Map<String, String> entries = new TreeMap<>();
    private final Set<Class<?>> classes = new LinkedHashSet<>();

    private Jars() {}

    static Jars bundle(String name, String version) {
        return new Jars().header("Bundle-ManifestVersion", "2").header("Bundle-SymbolicName", name).header("Bundle-Version",
                version);
    }

    Jars header(String key, String value) {
        headers.put(key, value);
        return this;
    }

    /** A component whose class nobody ever loads, because it waits for something. */
    Jars component(String name, String attributes, String content) {
        return component(name, "org.example.Never", attributes, content);
    }

    /** An immediate component that throws. */
    Jars broken(String name) {
        classes.add(Broken.class);
        return component(name, Broken.class.getName(), "immediate='true'", "");
    }

    private Jars component(String name, String type, String attributes, String content) {
        entries.put("OSGI-INF/c.xml", "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.4.0' name='" + name + "' "
                + attributes + "><implementation class='" + type + "'/>" + content + "</scr:component>");
        return header("Service-Component", "OSGI-INF/c.xml");
    }

    /** With an activator that registers what the header {@code Handlers} names. */
    Jars greets(String handlers) {
        return activator(Greeter.class).header("Handlers", handlers);
    }

    Jars activator(Class<?> type) {
        classes.add(type);
        return header("Bundle-Activator", type.getName()).header("Import-Package", "org.osgi.framework");
    }

    Path write(Path file) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Class<?> type : classes) {
                String path = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(path));
                try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
                    in.transferTo(jar);
                }
            }
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }
}
