package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.concurrent.Callable;
import javax.inject.Inject;
import org.hearthd.itests.handlers.GreetOne;
import org.hearthd.itests.handlers.GreetTwo;
import org.hearthd.itests.handlers.Needy;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Inside Felix: bundles and configuration come and go while the front answers. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HotDeployIT {
    @Inject
    private BundleContext context;
    private Container container;

    /** Packs the handlers and boots the distribution's bundles. */
    @Configuration
    public Option[] configuration() throws Exception {
        Path home = Dist.home("HotDeployIT");
        HandlerBundles.pack(home, "greet", "1.0.0", GreetOne.class);
        HandlerBundles.pack(home, "greet", "2.0.0", GreetTwo.class);
        HandlerBundles.pack(home, "needy", "1.0.0", Needy.class);
        return Dist.options(home);
    }

    @Before
    public void up() throws Exception {
        container = new Container(context);
        container.awaitSource();
    }

    @After
    public void clean() throws Exception {
        container.close();
    }

    @Test
    public void aJarIsInstalledUpdatedAndUninstalled() throws Exception {
        container.awaitAnswer("/greet", 404, "");
        container.deploy("greet-1.0.0.jar", "greet.jar");
        container.awaitAnswer("/greet", 200, "one");
        container.deploy("greet-2.0.0.jar", "greet.jar");
        container.awaitAnswer("/greet", 200, "two");
        Await.until("the old bundle is uninstalled", () -> container.bundles("org.example.greet").size() == 1);
        Files.delete(container.home().resolve("deploy/greet.jar"));
        container.awaitAnswer("/greet", 404, "");
        Await.until("the bundle is uninstalled", () -> container.bundles("org.example.greet").isEmpty());
    }

    @Test
    public void aRouteFileIsAppliedChangedAndRemoved() throws Exception {
        container.deploy("greet-1.0.0.jar", "greet.jar");
        container.awaitAnswer("/greet", 200, "one");
        container.configure("org.hearthd.route-r.cfg", "path = /first\nhandler = greet\n");
        container.awaitAnswer("/first", 200, "one");
        container.configure("org.hearthd.route-r.cfg", "path = /second\nhandler = greet\n");
        container.awaitAnswer("/second", 200, "one");
        container.awaitAnswer("/first", 404, "");
        Files.delete(container.home().resolve("config/org.hearthd.route-r.cfg"));
        container.awaitAnswer("/second", 404, "");
    }

    @Test
    public void aTypoIsRefusedByNameAndWhatRanGoesOn() throws Exception {
        container.deploy("greet-1.0.0.jar", "greet.jar");
        container.configure("org.hearthd.route-t.cfg", "path = /typo\nhandler = greet\n");
        container.awaitAnswer("/typo", 200, "one");
        container.configure("org.hearthd.route-t.cfg", "pth = /other\nhandler = greet\n");
        container.awaitLog("(?s).*org\\.hearthd\\.route-t\\.cfg.*org\\.hearthd\\.route.*pth.*path.*");
        container.awaitAnswer("/typo", 200, "one");
        container.configure("org.hearthd.route-t.cfg", "path = /typo\npriority = high\nhandler = greet\n");
        container.awaitLog("(?s).*priority.*high.*");
        container.awaitAnswer("/typo", 200, "one");
        Files.delete(container.home().resolve("config/org.hearthd.route-t.cfg"));
        container.awaitAnswer("/typo", 404, "");
    }

    @Test
    public void limitsOfTheRunningFrontAreChangedWithoutRestartingIt() throws Exception {
        int port = container.port();
        String main = "address = 127.0.0.1:" + port + "\n";
        container.configure("org.hearthd.http-main.cfg", main + "max.url.bytes = 64\n");
        container.awaitAnswer("/" + "a".repeat(100), 414, "");
        assertEquals(port, container.port());
        container.configure("org.hearthd.http-main.cfg", main);
        container.awaitAnswer("/" + "a".repeat(100), 404, "");
    }

    @Test
    public void anUnsatisfiedReferenceIsExplained() throws Exception {
        container.deploy("needy-1.0.0.jar", "needy.jar");
        container.awaitLog("(?s).*needy\\.jar.*Needy.*need.*");
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("test.need", "true");
        Callable<String> need = () -> "needed";
        ServiceRegistration<?> registration = context.registerService(Callable.class.getName(), need, properties);
        container.awaitAnswer("/needy", 200, "needed");
        registration.unregister();
        Await.until("/needy is not answered by a dead component", () -> container.get("/needy").statusCode() != 200);
    }

    @Test
    public void aBundleThatCanNotResolveIsExplainedAndLeavesTheOthersAlone() throws Exception {
        container.deploy("greet-1.0.0.jar", "greet.jar");
        container.awaitAnswer("/greet", 200, "one");
        Path broken = container.home().resolve("broken.jar");
        java.util.jar.Manifest manifest = new java.util.jar.Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "org.example.broken");
        manifest.getMainAttributes().putValue("Import-Package", "org.nowhere");
        try (var jar = new java.util.jar.JarOutputStream(Files.newOutputStream(broken), manifest)) {
            jar.finish();
        }
        container.deploy("broken.jar", "broken.jar");
        container.awaitLog("(?s).*broken\\.jar.*org\\.nowhere.*");
        assertEquals(200, container.get("/greet").statusCode());
        assertFalse(container.bundles("org.example.broken").stream().anyMatch(b -> b.getState() == Bundle.ACTIVE));
    }
}
