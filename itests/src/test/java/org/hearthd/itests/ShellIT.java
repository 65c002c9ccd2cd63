package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonStructure;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.hearthd.itests.handlers.GreetOne;
import org.hearthd.itests.handlers.Needy;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.ops4j.pax.tinybundles.TinyBundles;

/** {@code bin/hearth ctl} against {@code bin/hearth run}. */
public class ShellIT {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();
    private Path home;

    /** What {@code hearth ctl} has printed, and its exit code. */
    private record Result(int code, String out, String err) {
        JsonStructure json() {
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

    @Before
    public void home() {
        home = folder.getRoot().toPath().resolve("home");
    }

    private Result ctl(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("ctl", "--home", home.toString()));
        line.addAll(List.of(words));
        try (HearthProcess ctl = HearthProcess.start(home, HearthProcess.command(line.toArray(String[]::new)))) {
            int code = ctl.awaitExit();
            return new Result(code, ctl.output(), ctl.errors());
        }
    }

    private Result ok(String... words) throws Exception {
        Result result = ctl(words);
        assertEquals(String.join(" ", words) + ": " + result, 0, result.code());
        assertEquals("", result.err());
        return result;
    }

    @Test
    public void theCommandsAnswerPeopleAndPrograms() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            Path socket = home.resolve("run/ctl.sock");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            String help = ok("help").out();
            assertEquals(help, ok().out());
            for (String command : List.of("bundles", "shutdown", "status", "version", "why PATH|ROUTE|HANDLER")) {
                assertTrue(help, help.contains("\n  " + command + " ") || help.startsWith("  " + command + " "));
            }
            awaitReady();
            JsonObject status = ok("--json", "status").object();
            assertEquals(hearth.process.pid(), status.getJsonNumber("process").longValueExact());
            assertEquals(home.toString(), status.getString("home"));
            assertTrue(status.getBoolean("ready"));
            assertTrue(ok("status").out().matches("(?s).*\nprocess +" + hearth.process.pid() + "\n.*\nready +yes\n.*"));
            assertTrue(ok("version", "--json").out().startsWith("\"" + ok("version").out().strip()));
            List<JsonObject> bundles = ok("bundles", "--json").rows();
            assertTrue(bundles.stream().anyMatch(
                    b -> b.getString("name").equals("org.hearthd.shell") && b.getString("state").equals("active")));
            assertEquals(bundles.size() + 1, ok("bundles").out().lines().count());
            assertUsage(ctl("bundels"), "unknown command bundels; there are:");
            assertUsage(ctl("version", "too", "many"), "usage: hearth ctl version");
            assertUsage(ctl("why"), "usage: hearth ctl why PATH|ROUTE|HANDLER");
            assertUsage(ctl("--jason", "status"), "unknown option --jason");
            assertNothingRuns(hearth);
        }
    }

    /** The banner waits for it, but not for ever. */
    private void awaitReady() throws Exception {
        Await.until("ready", () -> ok("status", "--json").object().getBoolean("ready"));
    }

    private static void assertUsage(Result result, String text) {
        assertEquals(result.toString(), 100, result.code());
        assertEquals("", result.out());
        assertTrue(result.err(), result.err().contains(text));
    }

    /** Gogo's language has no power here. */
    private void assertNothingRuns(HearthProcess hearth) throws Exception {
        for (String command : List.of("version | shutdown", "version; shutdown", "$(shutdown)", "gogo:exec", "hearth:shutdown")) {
            assertEquals(command, 100, ctl(command).code());
        }
        for (String argument : List.of("; shutdown", "| shutdown", "$(hearth:shutdown)", "`shutdown`", "x\nshutdown")) {
            Result why = ctl("why", argument);
            assertEquals(argument, 1, why.code());
            assertTrue(why.err(), why.err().contains("of the name " + argument));
        }
        assertEquals(200, hearth.get("/hello").statusCode());
        assertTrue(hearth.process.isAlive());
    }

    @Test
    public void shutdownAnswersAndEndsTheRuntimeInOrder() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            assertEquals("ending", ok("shutdown", "--json").object().getString("state"));
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
            assertFalse(Files.exists(home.resolve("run/ctl.sock"), LinkOption.NOFOLLOW_LINKS));
            Result after = ctl("status");
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
        Result dead = ctl("status");
        assertEquals(1, dead.code());
        assertTrue(dead.err(), dead.err().contains("nobody listens"));
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            assertEquals(hearth.process.pid(), ok("status", "--json").object().getInt("process"));
        }
    }

    @Test
    public void theSocketMovesWhereItsConfigurationSays() throws Exception {
        Path away = folder.getRoot().toPath().resolve("away.sock");
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
    public void commandsEndUnderLoadAndLeaveNoDescriptorBehind() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            ok("status");
            AtomicBoolean enough = new AtomicBoolean();
            List<CompletableFuture<Void>> load = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                load.add(CompletableFuture.runAsync(() -> {
                    while (!enough.get()) {
                        get(hearth);
                    }
                }, task -> new Thread(task, "load").start()));
            }
            try {
                for (int i = 0; i < 5; i++) {
                    ok("--json", "status");
                    ok("bundles");
                }
            } finally {
                enough.set(true);
                CompletableFuture.allOf(load.toArray(CompletableFuture<?>[]::new)).join();
            }
            Await.until("no connection of the control socket is left", () -> connections(hearth) == 1);
        }
    }

    private static void get(HearthProcess hearth) {
        try {
            assertEquals(200, hearth.get("/hello").statusCode());
        } catch (Exception e) {
            throw new IllegalStateException("no answer", e);
        }
    }

    /** Unix sockets with the path of the control socket: the listening one, and one for each connection. */
    private long connections(HearthProcess hearth) throws Exception {
        String path = " " + home.resolve("run/ctl.sock");
        return Files.readAllLines(Path.of("/proc", Long.toString(hearth.process.pid()), "net/unix")).stream()
                .filter(line -> line.endsWith(path)).count();
    }

    @Test
    public void theRoomsTellWhatTheyHave() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            JsonObject hello = ok("handlers", "--json").rows().stream().filter(row -> row.getString("name").equals("hello"))
                    .findFirst().orElseThrow();
            assertTrue(hello.toString(), hello.getString("generation").startsWith("hello/1.0.0#"));
            assertTrue(ok("handlers").out().matches("(?s)NAME +GENERATION .*\nhello +hello/1\\.0\\.0#.*"));
            assertTrue(ok("routes", "--json").rows().stream().anyMatch(row -> row.getString("handler").equals("hello")));
            assertTrue(ok("deployments").out(), ok("deployments").out().contains("hello.jar"));
            assertEquals("none\n", ok("requests").out());
            assertTrue(ok("drain", "hello").out().contains("out of service"));
            assertTrue(ok("why", "/hello").out().contains("absent"));
            assertTrue(ok("undrain", "hello").out().contains("in service"));
            assertEquals(200, hearth.get("/hello").statusCode());
            Result nobody = ctl("drain", "nobody");
            assertEquals(1, nobody.code());
            assertTrue(nobody.err(), nobody.err().contains("nobody"));
            assertUsage(ctl("drain"), "usage: hearth ctl drain NAME");
        }
    }

    @Test
    public void whyLeadsFromAPathToTheRootCause() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            JsonObject fine = ok("why", "/hello", "--json").object();
            assertEquals("hello", fine.getString("handler"));
            assertTrue(fine.toString(), fine.getString("state").startsWith("in service: hello/1.0.0#"));
            assertFalse(fine.toString(), fine.containsKey("because"));

            Result nothing = ctl("why", "/no/such/path");
            assertEquals(1, nothing.code());
            assertTrue(nothing.err(), nothing.err().contains("no route matches /no/such/path"));

            hearth.configure("org.hearthd.route-blog.cfg", "path = /blog\nhandler = blog\n");
            awaitWhy("/blog", "absent: no handler named blog is registered");
            hearth.configure("org.hearthd.route-news.cfg", "path = /news\nhadler = news\n");
            awaitWhy("/news/today", "because .*route-news\\.cfg:2: .*unknown key 'hadler'.* none matches /news/today");
        }
    }

    @Test
    public void whyNamesWhatKeepsAHandlerBundleAway() throws Exception {
        Path jars = folder.newFolder("jars").toPath();
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            hearth.configure("org.hearthd.route-needy.cfg", "path = /needy\nhandler = needy\nrequired = false\n");
            hearth.deploy(HandlerBundles.pack(jars, "needy", "1.0.0", Needy.class), "needy.jar");
            awaitWhy("/needy", "because .*waits for .*java.util.concurrent.Callable.* with \\(test.need=true\\)");
            awaitWhy("needy", "because .*java.util.concurrent.Callable");

            Path unresolved = jars.resolve("greet.jar");
            try (InputStream in = TinyBundles.bundle().addClass(GreetOne.class)
                    .setHeader("Bundle-SymbolicName", "org.example.greet")
                    .setHeader("Import-Package", "org.hearthd,com.example.absent;version=\"[2,3)\"")
                    .build(TinyBundles.bndBuilder())) {
                Files.copy(in, unresolved);
            }
            hearth.deploy(unresolved, "greet.jar");
            hearth.configure("org.hearthd.route-greet.cfg", "path = /greet\nhandler = greet\nrequired = false\n");
            awaitWhy("/greet", "because +greet\\.jar cannot be deployed: .*the package com.example.absent.* absent: .*");

            Files.writeString(jars.resolve("broken"), "this is no jar");
            hearth.deploy(jars.resolve("broken"), "hello.jar");
            awaitWhy("/hello", "because +hello\\.jar cannot be deployed: .*1\\.0\\.0 goes on.* in service: hello/1\\.0\\.0#.*");
        }
    }

    @Test
    public void whyNamesTheExitStatusAndTheLastLinesOfAProgram() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            hearth.configure("org.hearthd.process-child.cfg", "command = sh -c \"echo no database >&2; exit 3\"\n");
            hearth.configure("org.hearthd.route-child.cfg", "path = /child\nhandler = child\n");
            awaitWhy("/child", "because .*status 3.*no database.* child .*");
            hearth.configure("org.hearthd.process-gone.cfg", "command = /no/such/program\n");
            awaitWhy("gone", "because .*/no/such/program.* gone .*");
        }
    }

    /** Waits until the reason is told, in ten lines at most. */
    private void awaitWhy(String what, String regex) throws Exception {
        AtomicReference<Result> last = new AtomicReference<>();
        try {
            Await.until("why " + what + " says " + regex, () -> {
                Result why = ctl("why", what);
                last.set(why);
                assertTrue(why.out(), why.out().lines().count() <= 10);
                return why.code() == 0 && why.out().lines().collect(Collectors.joining(" ")).matches(".*" + regex + ".*");
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + last, e);
        }
    }
}
