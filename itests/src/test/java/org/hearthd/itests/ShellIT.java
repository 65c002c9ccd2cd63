package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.Before;
import org.junit.Test;

/** {@code bin/hearth ctl} against {@code bin/hearth run}. */
public class ShellIT extends InDirectory {
    private Ctl ctl;

    @Before
    public void ctl() {
        ctl = new Ctl(home);
    }

    @Test
    public void theCommandsAnswerPeopleAndPrograms() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            Path socket = home.resolve("run/ctl.sock");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            String help = ctl.ok("help").out();
            assertEquals(help, ctl.ok().out());
            for (String command : List.of("bundles", "shutdown", "status", "version", "why PATH|ROUTE|HANDLER")) {
                assertTrue(help, help.contains("\n  " + command + " ") || help.startsWith("  " + command + " "));
            }
            awaitReady();
            JsonObject status = ctl.ok("--json", "status").object();
            assertEquals(hearth.process.pid(), status.getJsonNumber("process").longValueExact());
            assertEquals(home.toString(), status.getString("home"));
            assertTrue(status.getBoolean("ready"));
            assertTrue(ctl.ok("status").out().matches("(?s).*\nprocess +" + hearth.process.pid() + "\n.*\nready +yes\n.*"));
            assertTrue(ctl.ok("version", "--json").out().startsWith("\"" + ctl.ok("version").out().strip()));
            List<JsonObject> bundles = ctl.ok("bundles", "--json").rows();
            assertTrue(bundles.stream().anyMatch(
                    b -> b.getString("name").equals("org.hearthd.shell") && b.getString("state").equals("active")));
            assertEquals(bundles.size() + 1, ctl.ok("bundles").out().lines().count());
            assertUsage(ctl.run("bundels"), "unknown command bundels; there are:");
            assertUsage(ctl.run("version", "too", "many"), "usage: hearth ctl version");
            assertUsage(ctl.run("why"), "usage: hearth ctl why PATH|ROUTE|HANDLER");
            assertUsage(ctl.run("--jason", "status"), "unknown option --jason");
            assertNothingRuns(hearth);
        }
    }

    /** The banner waits for it, but not for ever. */
    private void awaitReady() throws Exception {
        Await.until("ready", () -> ctl.ok("status", "--json").object().getBoolean("ready"));
    }

    private static void assertUsage(Ctl.Result result, String text) {
        assertEquals(result.toString(), 100, result.code());
        assertEquals("", result.out());
        assertTrue(result.err(), result.err().contains(text));
    }

    /** Gogo's language has no power here. */
    private void assertNothingRuns(HearthProcess hearth) throws Exception {
        for (String command : List.of("version | shutdown", "version; shutdown", "$(shutdown)", "gogo:exec", "hearth:shutdown")) {
            assertEquals(command, 100, ctl.run(command).code());
        }
        for (String argument : List.of("; shutdown", "| shutdown", "$(hearth:shutdown)", "`shutdown`", "x\nshutdown")) {
            Ctl.Result why = ctl.run("why", argument);
            assertEquals(argument, 1, why.code());
            assertTrue(why.err(), why.err().contains("of the name " + argument));
        }
        assertEquals(200, hearth.get("/hello").statusCode());
        assertTrue(hearth.process.isAlive());
    }

    @Test
    public void shutdownAnswersAndEndsTheRuntimeInOrder() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            assertEquals("ending", ctl.ok("shutdown", "--json").object().getString("state"));
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
            assertFalse(Files.exists(home.resolve("run/ctl.sock"), LinkOption.NOFOLLOW_LINKS));
            Ctl.Result after = ctl.run("status");
            assertEquals(1, after.code());
            assertTrue(after.err(), after.err().contains("no runtime is running on HOME " + home));
        }
    }

    @Test
    public void theSocketOfAKilledRuntimeIsReplaced() throws Exception {
        try (HearthProcess killed = HearthProcess.ready(home)) {
            killed.signal("KILL");
            killed.awaitExit();
        }
        assertTrue(Files.exists(home.resolve("run/ctl.sock")));
        Ctl.Result dead = ctl.run("status");
        assertEquals(1, dead.code());
        assertTrue(dead.err(), dead.err().contains("nobody listens"));
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            assertEquals(hearth.process.pid(), ctl.ok("status", "--json").object().getInt("process"));
        }
    }

    @Test
    public void theSocketMovesWhereItsConfigurationSays() throws Exception {
        Path away = dir.resolve("away.sock");
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            hearth.configure("org.hearthd.shell.cfg", "address = unix:" + away + "\n");
            Await.until("the new socket", () -> Files.exists(away) && Files.isSymbolicLink(home.resolve("run/ctl.sock")));
            awaitReady();
            hearth.signal("TERM");
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
            assertFalse(Files.exists(away));
        }
    }

    @Test
    public void theRoomsTellWhatTheyHave() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            JsonObject hello = ctl.ok("handlers", "--json").rows().stream().filter(row -> row.getString("name").equals("hello"))
                    .findFirst().orElseThrow();
            assertTrue(hello.toString(), hello.getString("generation").startsWith("hello/1.0.0#"));
            assertTrue(ctl.ok("handlers").out().matches("(?s)NAME +GENERATION .*\nhello +hello/1\\.0\\.0#.*"));
            assertTrue(ctl.ok("routes", "--json").rows().stream().anyMatch(row -> row.getString("handler").equals("hello")));
            assertTrue(ctl.ok("deployments").out(), ctl.ok("deployments").out().contains("hello.jar"));
            assertEquals("none\n", ctl.ok("requests").out());
            assertTrue(ctl.ok("drain", "hello").out().contains("out of service"));
            assertTrue(ctl.ok("why", "/hello").out().contains("absent"));
            assertTrue(ctl.ok("undrain", "hello").out().contains("in service"));
            assertEquals(200, hearth.get("/hello").statusCode());
            Ctl.Result nobody = ctl.run("drain", "nobody");
            assertEquals(1, nobody.code());
            assertTrue(nobody.err(), nobody.err().contains("nobody"));
            assertUsage(ctl.run("drain"), "usage: hearth ctl drain NAME");
        }
    }
}
