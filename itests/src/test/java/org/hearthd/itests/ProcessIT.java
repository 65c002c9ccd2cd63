package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/** Programs as handlers of the real runtime, behind its HTTP front; the persistent one is a runtime itself. */
public class ProcessIT extends InDirectory {

    @Test
    public void aTransientHandlerAnswersThroughItsSocket() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            route(hearth, "cgi");
            Path script = Files.writeString(dir.resolve("script"), """
                    #!/bin/sh
                    case $4 in /quiet) exit 3;; esac
                    printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'
                    printf '%s|' "$@" "$SAID"
                    """);
            assertTrue(script.toFile().setExecutable(true));
            hearth.configure("org.hearthd.process.transient-cgi.cfg",
                    "command = " + script + " 'a, b'\nenvironment = 'SAID=two words'\n");
            hearth.awaitAnswer("/cgi/x%20y?q", 200, "a, b|GET|/cgi/x%20y?q|/x%20y|two words|");
            assertEquals(502, hearth.get("/cgi/quiet").statusCode());
            hearth.awaitLog("status 3");
            assertTrue(hearth.errors(), hearth.process.isAlive());
        }
    }

    @Test
    public void aPersistentHandlerIsRestartedReplacedAndEndedWithTheRuntime() throws Exception {
        Path inner = dir.resolve("inner");
        Files.createDirectories(inner.resolve("config"));
        Files.createDirectories(inner.resolve("deploy"));
        Files.copy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), inner.resolve("deploy/hello.jar"));
        Files.writeString(inner.resolve("config/org.hearthd.stdin.cfg"), "handler = hello\n");
        String command = "command = '" + HearthProcess.ROOT.resolve("bin/hearth") + "' run --home '" + inner + "'\n"
                + "environment = 'JAVA_HOME=" + System.getProperty("java.home") + "'\nrestart.good.ms = 1\n";
        List<ProcessHandle> children;
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            route(hearth, "inner");
            hearth.configure("org.hearthd.process-inner.cfg", command);
            hearth.awaitAnswer("/inner", 200, "Hello from hello 1.0.0");
            children(hearth).forEach(ProcessHandle::destroyForcibly);
            assertTrue(hearth.get("/inner").statusCode() >= 200);
            hearth.awaitAnswer("/inner", 200, "Hello from hello 1.0.0");
            hearth.awaitLog("handler inner: process [0-9]+ ended: signal 9");
            hearth.configure("org.hearthd.process-inner.cfg", "command = /no/such/program\n");
            hearth.awaitLog("keeps its old process, the new one does not start: status 127");
            assertEquals(200, hearth.get("/inner").statusCode());
            children = children(hearth).toList();
            assertFalse(children.isEmpty());
            hearth.signal("TERM");
            assertEquals(0, hearth.awaitExit());
        }
        assertTrue("children outlived the runtime", children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    public void aProgramThatCanNotBeExecutedIsA503ThatNamesTheHandler() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            route(hearth, "lost");
            hearth.configure("org.hearthd.process-lost.cfg", "command = /no/such/program\n");
            hearth.awaitAnswer("/lost", 503, "The handler lost is out of order: its program could not be executed.");
        }
    }

    @Test
    public void aKilledRuntimeEndsItsPersistentHandlersByTheEndOfFile() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            route(hearth, "cat");
            hearth.configure("org.hearthd.process-cat.cfg", "command = cat\nstdout = null\n");
            Await.until("cat runs", () -> children(hearth).findAny().isPresent());
            List<ProcessHandle> children = children(hearth).toList();
            hearth.process.toHandle().destroyForcibly();
            Await.until("cat ends", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    private static void route(HearthProcess hearth, String name) throws Exception {
        hearth.configure("org.hearthd.route-" + name + ".cfg", "path = /" + name + "\nhandler = " + name + "\n");
    }

    private static Stream<ProcessHandle> children(HearthProcess hearth) {
        return hearth.process.toHandle().descendants();
    }
}
