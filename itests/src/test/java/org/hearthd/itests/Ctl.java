package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.List;

/** {@code bin/hearth ctl --json}. */
final class Ctl {
    private Ctl() {}

    /** The rows that a command answers with. */
    static List<JsonObject> rows(HearthProcess hearth, String command) throws Exception {
        HearthProcess ctl = HearthProcess.start(hearth.home,
                HearthProcess.command("ctl", "--home", hearth.home.toString(), "--json", command));
        assertEquals(ctl.errors(), 0, ctl.awaitExit());
        try (var reader = Json.createReader(new StringReader(ctl.output()))) {
            JsonArray rows = reader.readArray();
            return rows.getValuesAs(JsonObject.class);
        }
    }

    /** How many requests for that handler have had to wait so far. */
    static int parkedEver(HearthProcess hearth, String handler) throws Exception {
        return row(hearth, "handlers", "name", handler).getInt("parked ever");
    }

    /** The row in which that column has that value. */
    static JsonObject row(HearthProcess hearth, String command, String column, String value) throws Exception {
        return rows(hearth, command).stream().filter(row -> row.getString(column).equals(value)).findFirst()
                .orElseThrow(() -> new AssertionError("ctl " + command + " has no row with " + column + " " + value));
    }
}
