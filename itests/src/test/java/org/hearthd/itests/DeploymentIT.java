package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.itests.handlers.GreetOne;
import org.hearthd.itests.handlers.GreetTwo;
import org.hearthd.itests.handlers.Leaky;
import org.hearthd.itests.handlers.Sole;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Tuned;
import org.junit.Before;
import org.junit.Test;

/** Deployments that are not the plain swap; what happens to requests under load is the matter of the tests of that name. */
public class DeploymentIT extends WithHearth {

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(
                HearthProcess.home(home, "org.hearthd.deploy.cfg",
                        "ready.timeout.ms = 2000\ngc.interval.ms = 500\n"));
    }

    private Path mark(String jar) {
        return hearth.home.resolve("deploy").resolve(jar + ".failed");
    }

    private void awaitMark(String jar, String text) throws Exception {
        Await.until("the mark of " + jar + " says " + text + " " + hearth.errors(),
                () -> Files.exists(mark(jar)) && Files.readString(mark(jar)).contains(text));
    }

    @Test
    public void anExclusiveHandlerIsStoppedFirstAndItsClientsWait() throws Exception {
        Path one = HandlerBundles.pack(dir, "sole", "1.0.0", Sole.class);
        hearth.deploy(one, "sole.jar");
        hearth.awaitAnswer("/sole", 200, "1.0.0");
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Integer> others = CompletableFuture.supplyAsync(() -> {
            int failed = 0;
            while (!ended.get()) {
                failed += statusOfSole() == 200 ? 0 : 1;
            }
            return failed;
        });
        hearth.deploy(HandlerBundles.with(one, "sole-2.jar", "Bundle-Version", "2.0.0"), "sole.jar");
        hearth.awaitAnswer("/sole", 200, "2.0.0");
        hearth.deploy(HandlerBundles.pack(dir, "sole", "3.0.0", GreetOne.class), "sole.jar");
        awaitMark("sole.jar", "handler sole");
        hearth.awaitAnswer("/sole", 200, "2.0.0");
        ended.set(true);
        assertEquals(hearth.errors(), 0, others.get().intValue());
    }

    private int statusOfSole() {
        try {
            return hearth.get("/sole").statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    public void aBrokenJarAtTheStartIsReplacedByTheLastGoodOne() throws Exception {
        hearth.awaitAnswer("/hello", 200, "Hello from hello 1.0.0");
        hearth.signal("TERM");
        assertEquals(hearth.errors(), 0, hearth.awaitExit());
        Files.writeString(hearth.home.resolve("deploy/hello.jar"), "broken while nobody looked");
        hearth = HearthProcess.ready(hearth.home);
        hearth.awaitAnswer("/hello", 200, "Hello from hello 1.0.0");
        awaitMark("hello.jar", "the last good copy, org.example.hello 1.0.0");
        assertTrue(hearth.ctl.row("deployments", "file", "hello.jar").getString("state").startsWith("failed: "));
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-2.0.0.jar"), "hello.jar");
        hearth.awaitAnswer("/hello", 200, "Hello from hello 2.0.0");
        Await.until("the mark is gone", () -> !Files.exists(mark("hello.jar")));
    }

    @Test
    public void aJarThatWasReplacedWhileTheRuntimeWasDownAnswersTheFirstRequest() throws Exception {
        hearth.signal("TERM");
        assertEquals(hearth.errors(), 0, hearth.awaitExit());
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-2.0.0.jar"), "hello.jar");
        hearth = HearthProcess.ready(hearth.home);
        assertTrue(hearth.errors(), hearth.get("/hello").body().contains("Hello from hello 2.0.0"));
    }

    @Test
    public void aVersionWhoseClassesOthersUseIsRefusedAndTheyAreNamed() throws Exception {
        Path greet = HandlerBundles.pack(dir, "greet", "1.0.0", GreetOne.class);
        hearth.deploy(HandlerBundles.with(greet, "exporting", "Export-Package", "org.example.api"), "greet.jar");
        hearth.awaitAnswer("/greet", 200, "one");
        Path user = HandlerBundles.pack(dir, "user", "1.0.0", Sole.class);
        hearth.deploy(HandlerBundles.with(user, "importing", "Import-Package",
                "org.hearthd,org.osgi.framework,org.example.api"), "user.jar");
        hearth.awaitLog("user\\.jar \\(org\\.example\\.user 1\\.0\\.0\\) is deployed");
        hearth.deploy(HandlerBundles.pack(dir, "greet", "2.0.0", GreetTwo.class), "greet.jar");
        awaitMark("greet.jar", "are used by org.example.user");
        hearth.awaitAnswer("/greet", 200, "one");
    }

    @Test
    public void aNewVersionHasTheConfigurationOfTheOldOne() throws Exception {
        hearth.configure("org.example.tuned.cfg", "number = 5\n");
        Path tuned = HandlerBundles.pack(dir, "tuned", "1.0.0", Stamp.class, Tuned.class, Tuned.Config.class);
        hearth.deploy(tuned, "tuned.jar");
        hearth.awaitAnswer("/tuned?1", 200, "\u0005");
        hearth.deploy(HandlerBundles.with(tuned, "tuned-2", "Bundle-Version", "2.0.0"), "tuned.jar");
        hearth.awaitLog("org\\.example\\.tuned 2\\.0\\.0\\) has replaced");
        assertEquals(200, hearth.get("/tuned?1").statusCode());
        hearth.awaitLog("org\\.example\\.tuned 1\\.0\\.0 was drained in [0-9]+ ms and uninstalled; old class loader collected");
        hearth.configure("org.example.tuned.cfg", "number = 6\n");
        hearth.awaitAnswer("/tuned?1", 200, "\u0006");
    }

    @Test
    public void aForgottenThreadIsNamed() throws Exception {
        hearth.deploy(HandlerBundles.pack(dir, "leaky", "1.0.0", Leaky.class), "leaky.jar");
        hearth.awaitAnswer("/leaky", 200, "leaky");
        Files.delete(hearth.home.resolve("deploy/leaky.jar"));
        hearth.awaitLog(
                "org\\.example\\.leaky 1\\.0\\.0 was drained in [0-9]+ ms and uninstalled; old class loader leaking: thread forgotten");
    }
}
