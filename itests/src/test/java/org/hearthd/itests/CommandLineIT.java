package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Test;

/** {@code bin/hearth} as an operator meets it: help, exit codes, refusals. */
public class CommandLineIT extends InDirectory {

    @Test
    public void helpAndVersionExitZeroAndUsageErrorsExit100() throws Exception {
        try (HearthProcess help = HearthProcess.start(home, HearthProcess.command("--help"))) {
            assertEquals(0, help.awaitExit());
            assertTrue(help.output(), help.output().contains("--port") && help.output().contains("check"));
        }
        try (HearthProcess version = HearthProcess.start(home, HearthProcess.command("--version"))) {
            assertEquals(0, version.awaitExit());
            assertTrue(version.output(), version.output().matches("(?s)[Hh]earth [0-9].*"));
        }
        try (HearthProcess typo = HearthProcess.start(home, HearthProcess.command("run", "--prt", "1"))) {
            assertEquals(100, typo.awaitExit());
            assertTrue(typo.errors(), typo.errors().contains("--prt") && typo.errors().contains("--port"));
        }
    }

    @Test
    public void aLoadOfWhichARequestFailsSaysSoAndExitsOne() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            String[] line = {"load", "--rate", "50", "--for", "3600", "--home", home.toString(), "--url", hearth.url("/hello")};
            try (HearthProcess load = HearthProcess.start(home, HearthProcess.command(line))) {
                Await.until("the load begins", () -> load.output().contains("hello 1.0.0 answers"));
                hearth.close();
                Await.until("a failure is told at once", () -> load.output().contains("failed, refused: "));
                load.signal("INT");
                assertEquals(1, load.awaitExit());
                String verdict = load.output().lines().reduce((first, last) -> last).orElseThrow();
                assertTrue(verdict, verdict.matches("hello 1\\.0\\.0: [0-9,]+ failed \\(.*refused: [0-9,]+.*\\) of .* ms"));
            }
            try (HearthProcess load = HearthProcess.start(home, HearthProcess.command(line))) {
                assertEquals(1, load.awaitExit());
                assertTrue(load.errors(), load.errors().contains("does not answer before the load begins"));
            }
        }
    }

    @Test
    public void aSecondRuntimeOnTheSameHomeIsRefused() throws Exception {
        try (HearthProcess first = HearthProcess.ready(home);
                HearthProcess second = HearthProcess.start(home,
                        HearthProcess.command("run", "--port", "0", "--home", home.toString()))) {
            assertEquals(1, second.awaitExit());
            assertTrue(second.errors(), second.errors().contains(home.toString()));
            assertTrue(second.errors(), second.errors().contains(Long.toString(first.process.pid())));
            assertEquals(200, first.get("/hello").statusCode());
        }
    }

    @Test
    public void aBusyPortIsNamedAndEndsTheStart() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
                HearthProcess hearth = HearthProcess.start(home, HearthProcess.command("run", "--port",
                        Integer.toString(busy.getLocalPort()), "--home", home.toString()))) {
            assertTrue("exit status of " + hearth.errors(), hearth.awaitExit() != 0);
            assertTrue(hearth.errors(), hearth.errors().contains("127.0.0.1:" + busy.getLocalPort()));
            assertEquals("at once, without a warning meanwhile: " + hearth.errors(), 2,
                    hearth.errors().split("not ready:").length);
        }
    }

    @Test
    public void checkNamesFileLineAndKeyWithoutStartingAnything() throws Exception {
        try (HearthProcess running = HearthProcess.ready(home)) {
            try (HearthProcess good = HearthProcess.start(home, HearthProcess.command("check", "--home", home.toString()))) {
                assertEquals(good.errors(), 0, good.awaitExit());
            }
            Path config = folder.newFolder("config").toPath();
            Files.writeString(config.resolve("org.hearthd.route-x.cfg"), "path = /x\nhadler = hello\n");
            Files.writeString(config.resolve("org.hearthd.htp-main.cfg"), "address = 127.0.0.1:0\n");
            try (HearthProcess bad = HearthProcess.start(home, HearthProcess.command("check", config.toString()))) {
                assertEquals(1, bad.awaitExit());
                assertTrue(bad.errors(), bad.errors().matches("(?s).*org\\.hearthd\\.route-x\\.cfg:2:.*hadler.*handler.*"));
                assertTrue(bad.errors(), bad.errors().matches("(?s).*org\\.hearthd\\.htp-main\\.cfg.*org\\.hearthd\\.http.*"));
            }
            assertEquals(200, running.get("/hello").statusCode());
        }
    }

    @Test
    public void checkFindsWhatAComponentWouldRefuse() throws Exception {
        Path config = folder.newFolder("config").toPath();
        Files.writeString(config.resolve("org.hearthd.route-both.cfg"), "path = /x\npattern = ^x\nhandler = hello\n");
        Files.writeString(config.resolve("org.hearthd.http-main.cfg"), "address = nowhere\n");
        Files.writeString(config.resolve("org.hearthd.http-small.cfg"), "max.url.bytes = 900\nmax.head.bytes = 800\n");
        Files.writeString(config.resolve("org.hearthd.deploy.cfg"), "dir = relative\n");
        Files.writeString(config.resolve("org.hearthd.dispatch.cfg"), "pool.threads = 4\n");
        try (HearthProcess bad = HearthProcess.start(home, HearthProcess.command("check", config.toString()))) {
            assertEquals(1, bad.awaitExit());
            String errors = bad.errors();
            assertTrue(errors, errors.matches("(?s).*route-both\\.cfg: org\\.hearthd\\.route~both: .*pattern.*"));
            assertTrue(errors, errors.matches("(?s).*http-main\\.cfg: org\\.hearthd\\.http~main: .*nowhere.*"));
            assertTrue(errors, errors.contains("org.hearthd.http~small: max.url.bytes 900 does not fit into max.head.bytes 800"));
            assertTrue(errors, errors.contains("org.hearthd.deploy: dir=relative is not absolute"));
            assertTrue(bad.output(), bad.output().contains("5 files, 4 problems"));
        }
    }
}
