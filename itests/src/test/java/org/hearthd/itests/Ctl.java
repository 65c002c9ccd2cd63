package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonStructure;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** {@code bin/hearth ctl} on one HOME. */
final class Ctl {
    /** As many lines as an operator gets to read of one reason. */
    private static final int MOST_LINES = 10;
    private final Path home;

    /** What it has printed, and its exit code. */
    record Result(int code, String out, String err) {
        private JsonStructure json() {
            try (JsonReader reader = Json.createReader(new StringReader(out))) {
                return reader.read();
            }
        }

        JsonObject object() {
            return (JsonObject) json();
        }

        List<JsonObject> rows() {
            return ((JsonArray) json()).getValuesAs(JsonObject.class);
        }
    }

    Ctl(Path home) {
        this.home = home;
    }

    /** Begins a command, which may take its time. */
    HearthProcess start(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("ctl", "--home", home.toString()));
        line.addAll(List.of(words));
        return HearthProcess.start(home, HearthProcess.command(line.toArray(String[]::new)));
    }

    Result run(String... words) throws Exception {
        try (HearthProcess ctl = start(words)) {
            int code = ctl.awaitExit();
            return new Result(code, ctl.output(), ctl.errors());
        }
    }

    /** Of a command that succeeds. */
    Result ok(String... words) throws Exception {
        Result result = run(words);
        assertEquals(String.join(" ", words) + ": " + result, 0, result.code());
        assertEquals("", result.err());
        return result;
    }

    /** The row in which that column has that value. */
    JsonObject row(String command, String column, String value) throws Exception {
        return ok("--json", command).rows().stream().filter(row -> row.getString(column).equals(value)).findFirst()
                .orElseThrow(() -> new AssertionError("ctl " + command + " has no row with " + column + " " + value));
    }

    /** How many requests for that handler have had to wait so far. */
    int parkedEver(String handler) throws Exception {
        return row("handlers", "name", handler).getInt("parked ever");
    }

    /** Waits until the reason is told, in ten lines at most, which the expression sees as one. */
    void awaitWhy(String what, String regex) throws Exception {
        AtomicReference<Result> last = new AtomicReference<>();
        try {
            Await.until("why " + what + " says " + regex, () -> {
                Result why = run("why", what);
                last.set(why);
                assertTrue(why.out(), why.out().lines().count() <= MOST_LINES);
                return why.code() == 0 && why.out().lines().collect(Collectors.joining(" ")).matches(".*" + regex + ".*");
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + last, e);
        }
    }
}
