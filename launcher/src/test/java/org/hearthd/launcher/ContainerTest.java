package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

class ContainerTest {
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    @TempDir
    Path dist;

    /** Offers a command, and stops the framework when that is called. */
    public static final class Stopper implements BundleActivator {
        @Override
        public void start(BundleContext context) {
            ToIntFunction<String[]> command = arguments -> stop(context, arguments.length);
            context.registerService(ToIntFunction.class, command,
                    new Hashtable<>(Map.of("hearth.command", "end", "hearth.end.ms", 5000L)));
        }

        private static int stop(BundleContext context, int result) {
            try {
                context.getBundle(0).stop();
                return result;
            } catch (BundleException e) {
                return -1;
            }
        }

        @Override
        public void stop(BundleContext context) {
            // The framework unregisters the command.
        }
    }

    @Test
    void commandsAreFoundByNameAndWhoStopsTheFrameworkFromInsideEndsTheRuntime() throws Exception {
        write();
        Container container = Container.start(Features.read(dist, Features.ofHearth(dist), Map.of()), dist.resolve("storage"), 3,
                false, exit::complete);
        try {
            assertTrue(container.appearance("(hearth.exit=true)").isDone());
            assertEquals(Optional.empty(), container.command("other"));
            assertEquals(35_000, container.longestEndMs());
            assertEquals(Optional.of(2), container.command("end", "a", "b"));
            assertEquals(LaunchException.FAILED, exit.get(60, TimeUnit.SECONDS));
        } finally {
            container.stop();
        }
    }

    @Test
    void nothingAboveTheAskedStartLevelIsStarted() throws Exception {
        write();
        Container container = Container.start(Features.read(dist, Features.ofHearth(dist), Map.of()), dist.resolve("storage"), 2,
                false, exit::complete);
        try {
            assertEquals(Optional.empty(), container.command("end"));
        } finally {
            container.stop();
        }
    }

    private void write() throws Exception {
        Files.createDirectories(dist.resolve("features"));
        Path jar = dist.resolve("bundles/g/stopper/1/stopper-1.jar");
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "stopper");
        manifest.getMainAttributes().putValue("Bundle-Activator", Stopper.class.getName());
        manifest.getMainAttributes().putValue("Import-Package", "org.osgi.framework");
        String name = Stopper.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                InputStream code = Stopper.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new ZipEntry(name));
            code.transferTo(out);
        }
        Files.writeString(dist.resolve("features/f.json"), "{\"feature-resource-version\": \"1.0\", \"id\": \"g:f:json:1\","
                + "\"bundles\": [{\"id\": \"g:stopper:1\", \"bundleStartLevel\": 3}]}");
    }
}
