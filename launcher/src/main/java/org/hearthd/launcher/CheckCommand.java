package org.hearthd.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** {@code hearth check}: boots the infrastructure without sources, handlers and File Install, and lets room settings check. */
final class CheckCommand {
    /** Below File Install (5), which would apply what is to be checked. */
    private static final int INFRASTRUCTURE = 4;

    private CheckCommand() {}

    /** Checks a configuration directory; takes no lock, so it works beside a running runtime. */
    static int run(Arguments arguments, Path dist) throws LaunchException, IOException {
        Path config = arguments.directory().orElse(arguments.home().resolve("config"));
        if (!Files.isDirectory(config)) {
            throw new LaunchException(LaunchException.FAILED, "configuration directory " + config + " is not there");
        }
        Path storage = Files.createTempDirectory("hearth-check");
        try {
            Map<String, String> properties = new HashMap<>(Environment.properties(arguments, Map.of(), 0));
            properties.put("hearth.dist", dist.toString());
            properties.put("hearth.storage", storage.toString());
            Features features = Features.read(dist, Features.ofHearth(dist), properties);
            Container container = Container.start(features, storage, INFRASTRUCTURE, false, code -> {});
            try {
                return container.command("check", config.toString())
                        .orElseThrow(() -> new LaunchException(LaunchException.FAILED, "room settings offers no check"));
            } finally {
                container.stop();
            }
        } finally {
            Home.delete(storage);
        }
    }
}
