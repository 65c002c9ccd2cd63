package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.BeforeClass;
import org.junit.Test;

/** Reads the built manifests: no import that docs/architecture.md section 3 does not allow, no export that is not on purpose. */
public class ArrowsIT {
    private static final Set<String> EVERYBODY = Set.of("org.hearthd", "org.hearthd.spi");
    private static final String TRANSPORT = "org.hearthd.transport";
    private static final String DISPATCH = "org.hearthd.dispatch";
    /** Symbolic name to the packages of other rooms that it may import, beside those that everybody may. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(Map.entry("org.hearthd", Set.of()),
            Map.entry(TRANSPORT, Set.of()), Map.entry("org.hearthd.transport.junixsocket", Set.of(TRANSPORT)),
            Map.entry("org.hearthd.net", Set.of(TRANSPORT)), Map.entry("org.hearthd.ashd", Set.of(TRANSPORT)),
            Map.entry("org.hearthd.listeners", Set.of(TRANSPORT)), Map.entry(DISPATCH, Set.of()),
            Map.entry("org.hearthd.lifecycle", Set.of(TRANSPORT, DISPATCH)), Map.entry("org.hearthd.settings", Set.of()),
            Map.entry("org.hearthd.http", Set.of(TRANSPORT, DISPATCH, "org.hearthd.net", "org.hearthd.listeners")),
            Map.entry("org.hearthd.scgi", Set.of(TRANSPORT, "org.hearthd.net", "org.hearthd.listeners", "org.hearthd.process")),
            Map.entry("org.hearthd.stdin", Set.of(TRANSPORT, DISPATCH, "org.hearthd.ashd")),
            Map.entry("org.hearthd.process", Set.of(TRANSPORT, "org.hearthd.ashd")),
            Map.entry("org.hearthd.htpipe.server", Set.of(TRANSPORT, DISPATCH, "org.hearthd.ashd", "org.hearthd.listeners")),
            Map.entry("org.hearthd.htpipe.client", Set.of(TRANSPORT, "org.hearthd.ashd")),
            Map.entry("org.hearthd.shell", Set.of(TRANSPORT, "org.hearthd.listeners")),
            Map.entry("org.hearthd.deploy", Set.of(DISPATCH)), Map.entry("org.hearthd.observe", Set.of()),
            Map.entry("org.hearthd.netty.native", Set.of()));
    private static final Map<String, Set<String>> EXPORTS = Map.of("org.hearthd", EVERYBODY, TRANSPORT, Set.of(TRANSPORT),
            "org.hearthd.net", Set.of("org.hearthd.net"), "org.hearthd.process", Set.of("org.hearthd.process"),
            "org.hearthd.ashd", Set.of("org.hearthd.ashd"), DISPATCH,
            Set.of(DISPATCH), "org.hearthd.listeners", Set.of("org.hearthd.listeners"));
    /** A package at the start of a clause; quoted attribute values hold commas and are removed first. */
    private static final Pattern PACKAGE = Pattern.compile("(?:^|,)\\s*([\\w.]+)");

    private static final Map<String, Attributes> BUNDLES = new TreeMap<>();

    /** Reads the manifests of all our bundles in the distribution. */
    @BeforeClass
    public static void manifests() throws IOException {
        try (Stream<Path> jars = Files.walk(HearthProcess.DIST.resolve("bundles/org/hearthd"))) {
            for (Path jar : jars.filter(p -> p.toString().endsWith(".jar")).toList()) {
                add(jar);
            }
        }
    }

    private static void add(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes manifest = file.getManifest().getMainAttributes();
            BUNDLES.put(manifest.getValue("Bundle-SymbolicName").split(";")[0], manifest);
        }
    }

    @Test
    public void everyRoomIsInTheTable() {
        assertEquals(ARROWS.keySet(), BUNDLES.keySet());
    }

    @Test
    public void noRoomImportsWhatItsArrowsDoNotAllow() {
        List<String> wrong = new ArrayList<>();
        BUNDLES.forEach((room, manifest) -> {
            Set<String> imports = packages(manifest, "Import-Package");
            imports.removeIf(p -> !p.startsWith("org.hearthd") || EVERYBODY.contains(p) || p.equals(room));
            imports.removeAll(ARROWS.getOrDefault(room, Set.of()));
            imports.forEach(p -> wrong.add(room + " imports " + p));
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    public void nothingIsExportedThatIsNotOnPurpose() {
        BUNDLES.forEach((room, manifest) -> assertEquals("exports of " + room, EXPORTS.getOrDefault(room, Set.of()),
                packages(manifest, "Export-Package")));
    }

    @Test
    public void nobodyImportsJunixsocketAndOnlyTheRoomsOfBytesImportNetty() {
        BUNDLES.forEach((room, manifest) -> {
            Set<String> imports = packages(manifest, "Import-Package");
            assertTrue(room, imports.stream().noneMatch(p -> p.startsWith("org.newsclub")));
            assertTrue(room, Set.of("org.hearthd.net", "org.hearthd.http", "org.hearthd.scgi").contains(room)
                    || imports.stream().noneMatch(p -> p.startsWith("io.netty")));
        });
    }

    @Test
    public void theDemoHandlerImportsTheApiOnly() throws IOException {
        for (String version : List.of("1.0.0", "2.0.0")) {
            try (JarFile jar = new JarFile(HearthProcess.DIST.resolve("demo/hello-" + version + ".jar").toFile())) {
                Attributes manifest = jar.getManifest().getMainAttributes();
                assertEquals(version, manifest.getValue("Bundle-Version"));
                Set<String> imports = packages(manifest, "Import-Package");
                imports.removeIf(p -> p.startsWith("java."));
                assertEquals(Set.of("org.hearthd"), imports);
            }
        }
    }

    private static Set<String> packages(Attributes manifest, String header) {
        Set<String> packages = new TreeSet<>();
        String value = manifest.getValue(header);
        if (value != null) {
            Matcher matcher = PACKAGE.matcher(value.replaceAll("\"[^\"]*\"", ""));
            while (matcher.find()) {
                packages.add(matcher.group(1));
            }
        }
        return packages;
    }
}
