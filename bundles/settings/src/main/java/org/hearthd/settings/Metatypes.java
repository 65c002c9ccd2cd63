package org.hearthd.settings;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.apache.felix.metatype.Designate;
import org.apache.felix.metatype.MetaData;
import org.apache.felix.metatype.MetaDataReader;
import org.apache.felix.metatype.OCD;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Reads the Metatype documents of bundles, whatever state they are in. MetaTypeService is not asked: it answers for resolved
 * bundles only, goes on describing the old content of a bundle that was updated while it was stopped, and does not tell limits.
 * Not thread-safe.
 */
final class Metatypes {
    private static final System.Logger LOG = System.getLogger(Metatypes.class.getName());
    private static final String FOLDER = "OSGI-INF/metatype/";

    private final BundleContext context;
    private final Map<Long, Read> read = new HashMap<>();

    /** What was read from one state of a bundle. */
    private record Read(long lastModified, List<Schema> schemas) {}

    Metatypes(BundleContext context) {
        this.context = context;
    }

    /** Everything that can be configured, by PID. */
    Map<String, Schema> all() {
        Map<String, Schema> all = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            Read known = read.get(bundle.getBundleId());
            if (known == null || known.lastModified() != bundle.getLastModified()) {
                known = new Read(bundle.getLastModified(), ofBundle(bundle));
                read.put(bundle.getBundleId(), known);
            }
            known.schemas().forEach(schema -> all.put(schema.pid(), schema));
        }
        return all;
    }

    private static List<Schema> ofBundle(Bundle bundle) {
        List<Schema> schemas = new ArrayList<>();
        var documents = bundle.getEntryPaths(FOLDER); // findEntries would resolve the bundle
        for (String document : documents == null ? List.<String>of() : Collections.list(documents)) {
            URL url = document.endsWith(".xml") ? bundle.getEntry(document) : null;
            if (url != null) {
                read(bundle.getSymbolicName() + ": " + document, url::openStream, schemas);
            }
        }
        return schemas;
    }

    /** Everything that a bundle in a jar lets configure; nothing when it is not a jar. */
    static List<Schema> ofJar(Path jar) {
        List<Schema> schemas = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(file.entries())) {
                if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".xml")) {
                    read(jar + ": " + entry.getName(), () -> file.getInputStream(entry), schemas);
                }
            }
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read: {1}", jar, unreadable.getMessage());
        }
        return schemas;
    }

    /** Opens a document. */
    private interface Document {
        InputStream open() throws IOException;
    }

    private static void read(String name, Document document, List<Schema> into) {
        try (InputStream in = document.open()) {
            MetaData data = new MetaDataReader().parse(in);
            if (data != null && data.getDesignates() != null && data.getObjectClassDefinitions() != null) {
                for (Object designate : data.getDesignates()) {
                    add((Designate) designate, data.getObjectClassDefinitions(), into);
                }
            }
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "Metatype document {0} cannot be read: {1}", name, unreadable.getMessage());
        }
    }

    private static void add(Designate designate, Map<?, ?> definitions, List<Schema> into) {
        Object definition = designate.getObject() == null ? null : definitions.get(designate.getObject().getOcdRef());
        if (definition == null) {
            return;
        }
        boolean factory = designate.getFactoryPid() != null && !designate.getFactoryPid().isEmpty();
        into.add(Schema.of(factory ? designate.getFactoryPid() : designate.getPid(), factory, (OCD) definition));
    }
}
