package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The README's tour, step by step. */
public class TourIT {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();
    private HearthProcess hearth;

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(folder.getRoot().toPath().resolve("home"));
    }

    @After
    public void stop() throws Exception {
        hearth.close();
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
