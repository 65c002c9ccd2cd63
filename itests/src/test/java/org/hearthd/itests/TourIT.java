package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.Before;
import org.junit.Test;

/** The README's tour, step by step. */
public class TourIT extends WithHearth {
    private String meanwhile;

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
    }

    /** Every command of the README's first block, with what it promises behind the number sign. */
    @Test
    public void theTourOfTheReadmeWorksLineByLine() throws Exception {
        List<String> tour = Files.readAllLines(HearthProcess.ROOT.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("## 60 seconds")).skip(1).takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("    ") && !line.startsWith("    #")).map(String::strip).toList();
        assertTrue(tour.toString(), tour.get(0).startsWith("bin/hearth run") && tour.get(tour.size() - 1).startsWith("kill %1"));
        for (String line : tour.subList(1, tour.size() - 1)) {
            String[] parts = line.split(" +# ", 2);
            step(parts[0], parts.length < 2 ? "" : parts[1].split(" \\.\\.\\.")[0]);
        }
        hearth.signal("TERM");
        assertEquals(0, hearth.awaitExit());
    }

    private void step(String command, String promise) throws Exception {
        if (command.startsWith("curl http://127.0.0.1:8080")) {
            hearth.awaitAnswer(command.substring("curl http://127.0.0.1:8080".length()), 200, promise);
        } else if (command.startsWith("(sleep ")) {
            meanwhile = command.replaceFirst("\\(sleep [0-9]+; (.*)\\) &", "$1");
        } else if (command.equals("bin/hearth load")) {
            load(promise);
        } else {
            if (command.startsWith("cat hearth-home/")) {
                Path file = hearth.home.resolve(command.substring("cat hearth-home/".length()));
                Await.until(file + " is there " + hearth.errors(), () -> Files.exists(file));
            }
            String output = shell(command);
            assertTrue(command + ": " + output, output.startsWith(promise));
        }
    }

    /** At a third of the rate; what the README does after a while is done here once the load is there. */
    private void load(String promise) throws Exception {
        String port = hearth.url("").replaceAll(".*:", "");
        try (HearthProcess load = HearthProcess.start(hearth.home,
                HearthProcess.command("load", "--rate", "300", "--port", port, "--home", hearth.home.toString()))) {
            Await.until("the load begins", () -> load.output().contains("hello 1.0.0 answers") || !load.process.isAlive());
            shell(meanwhile);
            assertEquals(load.output() + load.errors() + hearth.errors(), 0, load.awaitExit());
            String verdict = load.output().lines().reduce((first, last) -> last).orElseThrow();
            String expected = promise.replace("12,000", "3,600").replaceFirst("wait [0-9]+ ms", "wait [0-9,]+ ms");
            assertTrue(load.output() + hearth.errors(), verdict.matches(expected));
        }
    }

    private String shell(String command) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", command.replace("hearth-home/", hearth.home + "/"))
                .directory(HearthProcess.ROOT.toFile()).redirectErrorStream(true).start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(command + ": " + output, 0, shell.waitFor());
        return output;
    }

    @Test
    public void theDemoHandlerIsThereAfterTheFirstStart() throws Exception {
        HttpResponse<String> answer = hearth.get("/hello");
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body(), answer.body().startsWith("Hello from hello 1.0.0"));
        assertTrue(hearth.output(), hearth.output().contains(hearth.home.resolve("deploy").toString()));
        assertTrue("the banner names the next command", hearth.output().contains("hello-2.0.0.jar"));
    }

    @Test
    public void aReplacedJarAnswersAndARemovedOneIsGone() throws Exception {
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-2.0.0.jar"), "hello.jar");
        hearth.awaitAnswer("/hello", 200, "Hello from hello 2.0.0");
        Files.delete(hearth.home.resolve("deploy/hello.jar"));
        hearth.awaitAnswer("/hello", 404, "");
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), "again.jar");
        hearth.awaitAnswer("/hello", 200, "Hello from hello 1.0.0");
    }

    @Test
    public void aHalfCopiedJarIsNeverTouched() throws Exception {
        byte[] jar = Files.readAllBytes(HearthProcess.DIST.resolve("demo/hello-2.0.0.jar"));
        Path target = hearth.home.resolve("deploy/hello.jar");
        Files.write(target, java.util.Arrays.copyOf(jar, jar.length / 2));
        hearth.awaitLog("hello\\.jar cannot be deployed");
        assertTrue(hearth.get("/hello").body().startsWith("Hello from hello 1.0.0"));
        Files.write(target, jar);
        hearth.awaitAnswer("/hello", 200, "Hello from hello 2.0.0");
    }

    @Test
    public void aRouteFileTakesEffectAndATypoIsReportedByNameAndIgnored() throws Exception {
        assertEquals(404, hearth.get("/hi").statusCode());
        hearth.configure("org.hearthd.route-hi.cfg", "path = /hi\nhandler = hello\n");
        hearth.awaitAnswer("/hi", 200, "Hello from hello 1.0.0");
        hearth.configure("org.hearthd.route-hi.cfg", "path = /hi\nhadler = hello\n");
        hearth.awaitLog("org\\.hearthd\\.route-hi\\.cfg.*hadler.*handler");
        assertEquals(200, hearth.get("/hi").statusCode());
        Files.delete(hearth.home.resolve("config/org.hearthd.route-hi.cfg"));
        hearth.awaitAnswer("/hi", 404, "");
    }

    @Test
    public void aRouteWhoseHandlerIsAbsentAnswers503WithRetryAfter() throws Exception {
        hearth.configure("org.hearthd.route-later.cfg", "path = /later\nhandler = later\n");
        hearth.awaitAnswer("/later", 503, "");
        assertTrue(hearth.get("/later").headers().firstValue("Retry-After").isPresent());
    }

    @Test
    public void manyRequestsLeaveNoDescriptorBehind() throws Exception {
        hearth.get("/hello");
        long before = hearth.descriptors();
        for (int i = 0; i < 500; i++) {
            assertEquals(200, hearth.get("/hello").statusCode());
        }
        Await.until("as many descriptors as before", () -> hearth.descriptors() <= before);
    }

    @Test
    public void sigtermEndsWithStatusZeroAndLeavesNothingRunning() throws Exception {
        hearth.signal("TERM");
        assertEquals(0, hearth.awaitExit());
        try (var left = Files.list(hearth.home.resolve("run"))) {
            assertFalse("bundle storage is removed", left.anyMatch(p -> p.getFileName().toString().startsWith("storage")));
        }
        try (HearthProcess again = HearthProcess.ready(hearth.home)) {
            assertEquals(200, again.get("/hello").statusCode());
        }
    }
}
