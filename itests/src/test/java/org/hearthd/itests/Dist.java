package org.hearthd.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import jakarta.json.Json;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.osgi.framework.Constants;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/** Turns the built distribution into Pax Exam options; runs outside the container. Never a Maven URL: those read the local repository. */
final class Dist {
    private static final int START_LEVEL = 7;

    private Dist() {}

    /** An empty HOME for that test class, with an HTTP front on a free port. */
    static Path home(String test) throws IOException {
        Path home = Path.of(System.getProperty("work.dir"), test).toAbsolutePath();
        if (Files.exists(home)) {
            try (Stream<Path> old = Files.walk(home)) {
                for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(home.resolve("deploy"));
        Files.createDirectories(home.resolve("config"));
        Files.createDirectories(home.resolve("run"));
        Files.writeString(home.resolve("config/org.hearthd.http-main.cfg"), "address = 127.0.0.1:0\n");
        return home;
    }

    static Option[] options(Path home) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of("hearth.home", home.toString(), "hearth.port", "0", "hearth.dist",
                HearthProcess.DIST.toString(), "hearth.version", "test", "hearth.storage", home.resolve("run").toString()));
        List<Option> options = new ArrayList<>();
        variables.forEach((key, value) -> options.add(frameworkProperty(key).value(value)));
        for (Feature feature : features()) {
            feature.getVariables().forEach((key, value) -> variables.putIfAbsent(key, String.valueOf(value)));
            for (FeatureBundle bundle : feature.getBundles()) {
                options.add(option(bundle));
            }
            FeatureExtension properties = feature.getExtensions().get("framework-launching-properties");
            if (properties != null) {
                addProperties(options, properties.getJSON(), variables);
            }
        }
        options.add(frameworkStartLevel(START_LEVEL));
        options.add(systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"));
        options.add(junitBundles());
        // One bundle cache per test class: a native library can not be loaded twice from the same path.
        options.add(workingDirectory(home.resolve("pax-exam").toString()));
        options.add(cleanCaches());
        return options.toArray(new Option[0]);
    }

    private static List<Feature> features() throws IOException {
        FeatureService service = ServiceLoader.load(FeatureService.class).findFirst().orElseThrow();
        List<Feature> features = new ArrayList<>();
        try (Stream<Path> files = Files.list(HearthProcess.DIST.resolve("features"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    features.add(service.readFeature(reader));
                }
            }
        }
        return features;
    }

    /** Where a bundle's jar stands in the distribution (Maven repository layout). */
    static Path jar(ID id) {
        String file = id.getArtifactId() + "-" + id.getVersion() + id.getClassifier().map(c -> "-" + c).orElse("") + "."
                + id.getType().orElse("jar");
        return HearthProcess.DIST.resolve("bundles").resolve(id.getGroupId().replace('.', '/')).resolve(id.getArtifactId())
                .resolve(id.getVersion()).resolve(file);
    }

    private static Option option(FeatureBundle feature) throws IOException {
        Path jar = jar(feature.getID());
        UrlProvisionOption option = bundle(jar.toUri().toString())
                .startLevel(((Number) feature.getMetadata().get("bundleStartLevel")).intValue());
        try (JarFile file = new JarFile(jar.toFile())) {
            boolean fragment = file.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
            return fragment ? option.noStart() : option;
        }
    }

    private static void addProperties(List<Option> options, String json, Map<String, String> variables) {
        Json.createReader(new StringReader(json)).readObject().forEach((key, value) -> {
            String text = ((JsonString) value).getString();
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                text = text.replace("${" + variable.getKey() + "}", variable.getValue());
            }
            // Pax Exam has packages of its own to export, which the property would replace
            options.add(key.equals(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA)
                    ? systemPackage(text)
                    : frameworkProperty(key).value(text));
        });
    }
}
