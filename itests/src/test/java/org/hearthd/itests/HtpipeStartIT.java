package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.junit.Assume;
import org.junit.Test;

/** How {@code bin/htpipe} is started by others: a service manager, in another environment, with a bad command line. */
public class HtpipeStartIT extends InDirectory {
    private static final Path MEMORY = Path.of("/dev/shm");

    /** {@code bin/htpipe} started by a shell, which does something before. */
    private ProcessBuilder shell(String script, List<String> child, String... arguments) {
        ProcessBuilder builder = Htpipe.command(dir, child, arguments);
        List<String> line = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        line.addAll(builder.command());
        return builder.command(line);
    }

    private String refused(ProcessBuilder builder) throws Exception {
        try (Htpipe htpipe = Htpipe.start(dir, builder)) {
            assertEquals(htpipe.errors(), 1, htpipe.awaitExit());
            assertFalse(htpipe.errors(), htpipe.errors().contains("\tat "));
            return htpipe.errors();
        }
    }

    @Test
    public void theClassPathHasTheBundlesThatTheFeaturesName() throws Exception {
        Path lib = HearthProcess.DIST.resolve("lib");
        Set<Path> classPath = new TreeSet<>();
        try (JarFile jar = new JarFile(lib.resolve("htpipe.jar").toFile())) {
            for (String entry : jar.getManifest().getMainAttributes().getValue("Class-Path").split(" ")) {
                Path path = lib.resolve(entry).normalize();
                assertTrue(entry, Files.isRegularFile(path));
                classPath.add(path);
            }
        }
        classPath.removeIf(path -> path.startsWith(lib));
        Set<Path> bundles = new TreeSet<>();
        for (String file : List.of("base", "client", "server")) {
            String feature = Files.readString(HearthProcess.DIST.resolve("features/htpipe/" + file + ".json"));
            Matcher bundle = Pattern.compile("\\{ \"id\": \"([^:]+):([^:]+):([^:\"]+)\"").matcher(feature);
            while (bundle.find()) {
                bundles.add(
                        HearthProcess.DIST.resolve("bundles").resolve(bundle.group(1).replace('.', '/')).resolve(bundle.group(2))
                                .resolve(bundle.group(3)).resolve(bundle.group(2) + "-" + bundle.group(3) + ".jar"));
            }
        }
        assertEquals(bundles, classPath);
    }

    @Test
    public void aSocketOfAServiceManagerIsUsedAndStays() throws Exception {
        Path socket = dir.resolve("s");
        Fd listening = new JunixPackets().listen(new UnixAddress(socket), 0600, 16);
        ProcessBuilder server = shell("exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", EchoHandler.command(),
                "-S",
                socket.toString());
        server.redirectInput(new JunixDescriptors().redirect(listening));
        try (Htpipe htpipe = Htpipe.start(dir, server)) {
            listening.close();
            try (AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", socket.toString()))) {
                assertTrue(htpipe.errors(), client.pid("a") > 0);
            }
            htpipe.signal("TERM");
            assertEquals(htpipe.errors(), 0, htpipe.awaitExit());
        } finally {
            listening.close();
        }
        assertTrue(Files.exists(socket));
    }

    @Test
    public void variablesForAnotherProcessDoNotHideALiveServer() throws Exception {
        try (Htpipe live = Htpipe.server(dir, "s")) {
            String said = refused(shell("LISTEN_PID=1 LISTEN_FDS=1 exec \"$@\"", List.of("true"), "-S", "s"));
            assertTrue(said, said.contains("s is in use by a running server"));
            assertTrue(live.process.isAlive());
        }
    }

    @Test
    public void anArgumentThatIsNoTextInTheLocaleIsRefused() throws Exception {
        String said = refused(shell("LC_ALL=C exec \"$@\" \"$(printf '\\351')\"", List.of("echo"), "-S", "s"));
        assertTrue(said, said.contains("argument 4, ") && said.contains(" is no text in UTF-8, "));
        assertFalse(Files.exists(dir.resolve("s")));
    }

    @Test
    public void anEmptyChildIsRefused() throws Exception {
        for (String[] line : List.of(new String[] {"-S", "s", ""}, new String[] {"s", ""})) {
            String said = refused(Htpipe.command(dir, List.of(), line));
            assertTrue(said, said.contains("CHILD is empty"));
        }
    }

    @Test
    public void withWhatIsNoSocketInItsPlaceNoServerIsStarted() throws Exception {
        Files.createFile(dir.resolve("file"));
        Files.createDirectory(dir.resolve("directory"));
        for (String name : List.of("file", "directory")) {
            refused(Htpipe.command(dir, List.of("true"), name));
            assertFalse(Files.exists(dir.resolve(name + ".log")));
        }
        assertEquals(0, Files.size(dir.resolve("file")));
    }

    /** As another user, which only root can become. */
    @Test
    public void withoutPermissionNoServerIsStarted() throws Exception {
        Path temporary = Files.createDirectory(dir.resolve("tmp"));
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        for (Path each : List.of(dir, temporary)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Assume.assumeTrue("this user can not become another one who can read the distribution", can(nobody));
        try (Htpipe live = Htpipe.server(dir, "s")) {
            for (List<String> line : List.of(List.of("-C", "s"), List.of("s", "true"))) {
                ProcessBuilder builder = Htpipe.command(dir, line);
                List<String> all = new ArrayList<>(nobody);
                all.addAll(builder.command());
                builder.command(all).environment().put("TMPDIR", temporary.toString());
                String said = refused(builder);
                assertTrue(said, said.contains("Permission denied"));
            }
            assertFalse(Files.exists(dir.resolve("s.log")));
            assertTrue(live.process.isAlive());
        }
    }

    /** As a runtime ends a client that does not end by itself: with its descendants. */
    @Test
    public void aServerOfTheBackgroundIsNobodysDescendantAndSurvivesTheEndOfAll() throws Exception {
        String socket = dir.resolve("s").toString();
        try {
            long child;
            try (AshdParent client = AshdParent.start(dir, Htpipe.command(dir, EchoHandler.command(), socket))) {
                child = client.pid("first");
                Stream.concat(client.process.descendants(), Stream.of(client.process.toHandle()))
                        .forEach(ProcessHandle::destroyForcibly);
                client.awaitExit();
            }
            try (AshdParent next = AshdParent.start(dir, Htpipe.command(dir, EchoHandler.command(), socket))) {
                assertEquals(child, next.pid("second"));
            }
        } finally {
            Htpipe.endDetached(Path.of(socket));
        }
    }

    @Test
    public void withoutTmpdirWhatIsKeptIsInMemoryWhereThereIsSomeAndGoesAtTheEnd() throws Exception {
        ProcessBuilder builder = Htpipe.command(dir, EchoHandler.command(), "-S", "s");
        builder.environment().remove("TMPDIR");
        try (Htpipe server = Htpipe.listening(dir, builder, "s")) {
            List<Path> storages = storages(server);
            assertEquals(storages.toString(), 1, storages.size());
            assertTrue(Files.exists(storages.get(0).resolve("bundles")));
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
            assertEquals(List.of(), storages(server));
        }
    }

    private static boolean isMemory() throws IOException {
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> line.contains(" " + MEMORY + " ")).toList();
        return !mounts.isEmpty() && mounts.stream().allMatch(line -> line.contains(" tmpfs "))
                && Files.isWritable(MEMORY) && MEMORY.toFile().getUsableSpace() > 64 << 20;
    }

    private static List<Path> storages(Htpipe server) throws IOException {
        String prefix = "htpipe-storage-" + server.process.pid() + "-";
        try (Stream<Path> files = Files.list(isMemory() ? MEMORY : Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
        }
    }

    private boolean can(List<String> user) throws Exception {
        List<String> line = new ArrayList<>(user);
        line.addAll(List.of("test", "-r", HearthProcess.DIST.resolve("bin/htpipe").toString()));
        return new ProcessBuilder(line).start().waitFor() == 0;
    }
}
