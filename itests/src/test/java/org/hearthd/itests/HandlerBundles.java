package org.hearthd.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.ops4j.pax.tinybundles.TinyBundles;

/** Packs a component class into a bundle, as bnd does for a third party. */
final class HandlerBundles {
    private HandlerBundles() {}

    /** Writes DIR/NAME-VERSION.jar with symbolic name org.example.NAME. */
    static Path pack(Path dir, String name, String version, Class<?> component) throws IOException {
        Path jar = dir.resolve(name + "-" + version + ".jar");
        try (InputStream in = TinyBundles.bundle().addClass(component).setHeader("Bundle-SymbolicName", "org.example." + name)
                .setHeader("Bundle-Version", version).build(TinyBundles.bndBuilder())) {
            Files.copy(in, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }
}
