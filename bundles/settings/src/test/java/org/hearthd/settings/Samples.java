package org.hearthd.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.apache.felix.metatype.Designate;
import org.apache.felix.metatype.MetaData;
import org.apache.felix.metatype.MetaDataReader;
import org.apache.felix.metatype.OCD;

/** A factory and a single configuration as bnd would describe them. */
final class Samples {
    /** The package of ConfigurationAdmin, which a test and its framework share. */
    static final String CM = "org.osgi.service.cm;version=1.6.1";
    static final String FACTORY = """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0">
              <OCD id="x" name="Front">
                <AD id="port" type="Integer" required="true" default="8080" min="0" max="65535" description="TCP port, e.g. 8080"/>
                <AD id="address" type="String" required="true" description="Where to listen, e.g. 127.0.0.1"/>
                <AD id="mode" type="String" required="true" default="fast">
                  <Option label="Fast" value="fast"/><Option label="Safe" value="safe"/></AD>
                <AD id="keep.alive" type="Boolean" required="true" default="true"/>
                <AD id="hosts" type="String" required="true" cardinality="2147483647"/>
                <AD id="label" type="String" required="true" default=""/>
              </OCD>
              <Designate factoryPid="org.example.front"><Object ocdref="x"/></Designate>
            </metatype:MetaData>
            """;
    static final String SINGLE = """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0">
              <OCD id="y" name="Pool"><AD id="size" type="Integer" required="true" default="4" min="1"/></OCD>
              <Designate pid="org.example.pool"><Object ocdref="y"/></Designate>
            </metatype:MetaData>
            """;

    private Samples() {}

    static Schema schema(String document) throws IOException {
        MetaData data = new MetaDataReader().parse(new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)));
        Designate designate = (Designate) data.getDesignates().get(0);
        Object definition = data.getObjectClassDefinitions().get(designate.getObject().getOcdRef());
        String factory = designate.getFactoryPid();
        return Schema.of(factory == null ? designate.getPid() : factory, factory != null, (OCD) definition);
    }

    /** A bundle that has {@link Flawed} as a component for each of these PIDs. */
    static Path flawed(Path jar, String policy, String... pids) throws IOException {
        Manifest manifest = manifest("org.example.flawed");
        manifest.getMainAttributes().putValue("Service-Component", String.join(",", pids));
        String type = Flawed.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream code = Flawed.class.getClassLoader().getResourceAsStream(type)) {
            for (String pid : pids) {
                out.putNextEntry(new ZipEntry(pid));
                out.write("""
                        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s" immediate="true"
                            configuration-pid="%s" configuration-policy="%s" activate="activate" modified="modified">
                          <implementation class="%s"/>
                        </scr:component>
                        """.formatted(pid, pid, policy, Flawed.class.getName()).getBytes(StandardCharsets.UTF_8));
            }
            out.putNextEntry(new ZipEntry(type));
            code.transferTo(out);
        }
        return jar;
    }

    private static Manifest manifest(String symbolicName) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", symbolicName);
        return manifest;
    }

    static Path bundle(Path jar, String symbolicName, String... documents) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest(symbolicName))) {
            for (int i = 0; i < documents.length; i++) {
                out.putNextEntry(new ZipEntry("OSGI-INF/metatype/" + i + ".xml"));
                out.write(documents[i].getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }
}
