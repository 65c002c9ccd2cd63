package org.hearthd.launcher;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.launcher.load.Version;

/** What has become of the class loader of the bundle that was replaced during a load, as the runtime itself tells. */
final class OldLoader {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String FATE = "old loader";
    /** What the runtime says before it knows. */
    private static final Set<String> UNDECIDED = Set.of("", "in use", "checking");

    private OldLoader() {}

    /**
     * Waits, for a while, until the runtime knows.
     *
     * @param versions who has answered, in order
     * @return for the end of the verdict; empty if nothing was replaced or the runtime does not tell
     */
    static String fate(Path home, List<Version> versions) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            List<JsonObject> replaced = replaced(home, versions);
            while (replaced.stream().anyMatch(row -> UNDECIDED.contains(row.getString(FATE))) && System.nanoTime() < end) {
                LockSupport.parkNanos(PAUSE_NANOS);
                replaced = replaced(home, versions);
            }
            if (replaced.isEmpty()) {
                return "";
            }
            String who = versions.size() > 2 ? "last " + FATE + " " : FATE + " ";
            return who + replaced.stream().map(row -> row.getString(FATE)).filter(fate -> !fate.startsWith("collected"))
                    .findFirst().map(fate -> UNDECIDED.contains(fate) ? "not collected yet" : fate).orElse("collected");
        } catch (LaunchException | IOException e) {
            System.getLogger(OldLoader.class.getName()).log(System.Logger.Level.DEBUG, "nothing is known of class loaders", e);
            return "";
        }
    }

    /** The deployments that have gone from one of these versions to another. */
    private static List<JsonObject> replaced(Path home, List<Version> versions) throws LaunchException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            if (Ctl.ask(home, List.of("--json", "deployments"), out, System.err) != 0) {
                return List.of();
            }
        }
        try (JsonReader reader = Json.createReader(new StringReader(bytes.toString(StandardCharsets.UTF_8)))) {
            return reader.readArray().getValuesAs(JsonObject.class).stream()
                    .filter(row -> answered(row.getString("previous"), versions) && answered(row.getString("version"), versions))
                    .toList();
        }
    }

    private static boolean answered(String version, List<Version> versions) {
        return versions.stream().anyMatch(seen -> seen.version().equals(version));
    }
}
