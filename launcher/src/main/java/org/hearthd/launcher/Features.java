package org.hearthd.launcher;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.felix.feature.impl.FeatureServiceImpl;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureConfiguration;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/**
 * What some feature files (OSGi Feature Service, chapter 159) ask for together, with their variables replaced.
 *
 * @param bundles the jars with their start levels, in order
 * @param properties framework properties
 * @param configurations by PID, a factory configuration as {@code FACTORY~NAME}
 */
record Features(List<Jar> bundles, Map<String, String> properties, Map<String, Dictionary<String, Object>> configurations) {
    private static final String JSON_PROVIDER = "jakarta.json.provider";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)\\}");

    /** A bundle's jar and its start level. */
    record Jar(Path path, int startLevel) {}

    /**
     * Reads feature files.
     *
     * @param dist the distribution, which has the bundles
     * @param variables win over those of the files; become framework properties as well
     */
    static Features read(Path dist, List<Path> files, Map<String, String> variables) throws LaunchException {
        if (System.getProperty(JSON_PROVIDER) != null) {
            return readAll(dist, files, variables);
        }
        // otherwise the class path is searched for a provider again and again; bundles have providers of their own
        System.setProperty(JSON_PROVIDER, "org.eclipse.parsson.JsonProviderImpl");
        try {
            return readAll(dist, files, variables);
        } finally {
            System.clearProperty(JSON_PROVIDER);
        }
    }

    private static Features readAll(Path dist, List<Path> files, Map<String, String> variables) throws LaunchException {
        Map<String, String> all = new HashMap<>();
        Map<Path, Feature> features = parse(files);
        features.values().forEach(f -> f.getVariables().forEach((key, value) -> all.put(key, String.valueOf(value))));
        all.putAll(variables);
        Features result = new Features(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        for (Map.Entry<Path, Feature> entry : features.entrySet()) {
            result.add(dist, entry.getKey(), entry.getValue(), all);
        }
        result.properties.putAll(variables);
        return result;
    }

    /** The feature files of {@code hearth}: all that stand in {@code features/} itself, in the order of their names. */
    static List<Path> ofHearth(Path dist) throws LaunchException {
        Path directory = dist.resolve("features");
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new LaunchException(LaunchException.SYSTEM, "features " + directory + " can not be listed: " + e, e);
        }
    }

    private static Map<Path, Feature> parse(List<Path> files) throws LaunchException {
        FeatureService service = new FeatureServiceImpl();
        Map<Path, Feature> features = new LinkedHashMap<>();
        for (Path file : files) {
            try (Reader reader = Files.newBufferedReader(file)) {
                features.put(file, service.readFeature(reader));
            } catch (IOException | RuntimeException e) {
                throw new LaunchException(LaunchException.FAILED, "feature " + file + " can not be read: " + e.getMessage(), e);
            }
        }
        return features;
    }

    private void add(Path dist, Path file, Feature feature, Map<String, String> variables) throws LaunchException {
        for (FeatureBundle bundle : feature.getBundles()) {
            Path jar = dist.resolve("bundles").resolve(repositoryPath(bundle.getID()));
            if (!(bundle.getMetadata().get("bundleStartLevel") instanceof Number level)) {
                throw new LaunchException(LaunchException.FAILED,
                        file + ": bundle " + bundle.getID() + " has no bundleStartLevel");
            }
            if (!Files.isReadable(jar)) {
                throw new LaunchException(LaunchException.FAILED, file + ": bundle " + bundle.getID() + " is missing: " + jar);
            }
            bundles.add(new Jar(jar, level.intValue()));
        }
        for (FeatureConfiguration configuration : feature.getConfigurations().values()) {
            Dictionary<String, Object> values = new Hashtable<>();
            configuration.getValues()
                    .forEach((key, value) -> values.put(key, value instanceof String s ? replace(s, variables) : value));
            configurations.put(configuration.getPid(), values);
        }
        FeatureExtension launching = feature.getExtensions().get("framework-launching-properties");
        if (launching != null) {
            addProperties(file, launching.getJSON(), variables);
        }
    }

    private void addProperties(Path file, String json, Map<String, String> variables) throws LaunchException {
        try {
            Json.createReader(new StringReader(json)).readObject()
                    .forEach((key, value) -> properties.put(key, replace(((JsonString) value).getString(), variables)));
        } catch (JsonException | ClassCastException e) {
            throw new LaunchException(LaunchException.FAILED,
                    file + ": framework-launching-properties must be an object of strings: " + e.getMessage(), e);
        }
    }

    /** The place of an artifact in a repository of Maven's layout. */
    private static Path repositoryPath(ID id) {
        String name = id.getArtifactId() + "-" + id.getVersion() + id.getClassifier().map(c -> "-" + c).orElse("") + "."
                + id.getType().orElse("jar");
        return Path.of(id.getGroupId().replace('.', '/'), id.getArtifactId(), id.getVersion(), name);
    }

    private static String replace(String text, Map<String, String> variables) {
        Matcher matcher = VARIABLE.matcher(text);
        return matcher.replaceAll(m -> Matcher.quoteReplacement(variables.getOrDefault(m.group(1), m.group())));
    }
}
