package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import jakarta.json.JsonObject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hearthd.itests.handlers.GreetOne;
import org.hearthd.itests.handlers.Needy;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Tuned;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.tinybundles.TinyBundles;

/** {@code hearth ctl why}: which route, which handler, and each cause for which nobody answers. */
public class WhyIT extends WithHearth {

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
    }

    @Test
    public void theRouteAndTheHandlerAreNamedFromAPathARouteAndAHandler() throws Exception {
        hearth.configure("org.hearthd.route-greeting.cfg", "path = /greeting\nhandler = hello\n");
        hearth.ctl.awaitWhy("/greeting/today", "route +greeting \\(.*handler +hello .*");
        for (String what : new String[] {"/greeting/today", "http://anywhere/greeting", "greeting"}) {
            JsonObject found = hearth.ctl.ok("why", what, "--json").object();
            assertTrue(found.toString(), found.getString("route").startsWith("greeting ("));
            assertEquals("hello", found.getString("handler"));
            assertTrue(found.toString(), found.getString("state").startsWith("in service: hello/1.0.0#"));
            assertFalse(found.toString(), found.containsKey("because"));
        }
        assertEquals("hello", hearth.ctl.ok("why", "hello", "--json").object().getString("handler"));
        Ctl.Result nothing = hearth.ctl.run("why", "/no/such/path");
        assertEquals(1, nothing.code());
        assertTrue(nothing.err(), nothing.err().contains("no route matches /no/such/path"));
    }

    @Test
    public void aHandlerThatNobodyOffers() throws Exception {
        hearth.configure("org.hearthd.route-blog.cfg", "path = /blog\nhandler = blog\n");
        hearth.ctl.awaitWhy("/blog", "absent: no handler named blog is registered");
    }

    @Test
    public void aConfigurationThatIsRefused() throws Exception {
        hearth.configure("org.hearthd.route-news.cfg", "path = /news\nhadler = news\n");
        hearth.ctl.awaitWhy("/news/today", "because .*route-news\\.cfg:2: .*unknown key 'hadler'.* none matches /news/today");
    }

    @Test
    public void aConfigurationThatIsMissing() throws Exception {
        hearth.configure("org.hearthd.route-tuned.cfg", "path = /other\nhandler = tuned\nrequired = false\n");
        hearth.deploy(HandlerBundles.pack(dir, "tuned", "1.0.0", Stamp.class, Tuned.class, Tuned.Config.class), "tuned.jar");
        String missing = "because .*Tuned.* waits for a configuration, org\\.example\\.tuned ";
        hearth.ctl.awaitWhy("tuned", missing + ".*absent");
        hearth.ctl.awaitWhy("/other", missing + ".*route +tuned .*absent");
        hearth.configure("org.example.tuned.cfg", "number = 5\n");
        hearth.awaitAnswer("/tuned?1", 200, "\u0005");
        assertFalse(hearth.ctl.ok("why", "tuned", "--json").object().containsKey("because"));
    }

    @Test
    public void aReferenceThatIsNotSatisfied() throws Exception {
        hearth.configure("org.hearthd.route-needy.cfg", "path = /needy\nhandler = needy\nrequired = false\n");
        hearth.deploy(HandlerBundles.pack(dir, "needy", "1.0.0", Needy.class), "needy.jar");
        hearth.ctl.awaitWhy("/needy", "because .*waits for .*java.util.concurrent.Callable.* with \\(test.need=true\\)");
        hearth.ctl.awaitWhy("needy", "because .*java.util.concurrent.Callable");
    }

    @Test
    public void aPackageThatNobodyExports() throws Exception {
        Path unresolved = dir.resolve("greet.jar");
        try (InputStream in = TinyBundles.bundle().addClass(GreetOne.class).setHeader("Bundle-SymbolicName", "org.example.greet")
                .setHeader("Import-Package", "org.hearthd,com.example.absent;version=\"[2,3)\"")
                .build(TinyBundles.bndBuilder())) {
            Files.copy(in, unresolved);
        }
        hearth.deploy(unresolved, "greet.jar");
        hearth.configure("org.hearthd.route-greet.cfg", "path = /greet\nhandler = greet\nrequired = false\n");
        hearth.ctl.awaitWhy("/greet",
                "because +greet\\.jar cannot be deployed: .*the package com.example.absent.* absent: .*");
    }

    @Test
    public void aBrokenJarOverOneThatGoesOn() throws Exception {
        Files.writeString(dir.resolve("broken"), "this is no jar");
        hearth.deploy(dir.resolve("broken"), "hello.jar");
        hearth.ctl.awaitWhy("/hello",
                "because +hello\\.jar cannot be deployed: .*1\\.0\\.0 goes on.* in service: hello/1\\.0\\.0#.*");
    }

    @Test
    public void aProgramThatEndsAndOneThatIsNotThere() throws Exception {
        hearth.configure("org.hearthd.process-child.cfg", "command = sh -c \"echo no database >&2; exit 3\"\n");
        hearth.configure("org.hearthd.route-child.cfg", "path = /child\nhandler = child\n");
        hearth.ctl.awaitWhy("/child", "because .*status 3.*no database.* child .*");
        hearth.configure("org.hearthd.process-gone.cfg", "command = /no/such/program\n");
        hearth.ctl.awaitWhy("gone", "because .*/no/such/program.* gone .*");
    }

    @Test
    public void anApplicationServerThatIsNotThereAndAProgramThatDoesNotStay() throws Exception {
        Path socket = dir.resolve("s");
        hearth.configure("org.hearthd.scgi-blog.cfg", "path = /blog\naddress = unix:" + socket + "\n");
        hearth.awaitAnswer("/blog", 503, "not available");
        hearth.ctl.awaitWhy("/blog", "because +server unix:" + socket + ": no such socket; .* in service: blog/.*");
        hearth.configure("org.hearthd.scgi-wiki.cfg",
                "path = /wiki\nmode = anonymous\ncommand = sh -c \"echo no database >&2; exit 3\"\n");
        hearth.awaitAnswer("/wiki", 503, "");
        hearth.ctl.awaitWhy("/wiki", "because +its program has ended: status 3; its last lines: no database.*");
    }
}
