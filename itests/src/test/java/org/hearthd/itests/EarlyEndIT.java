package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A signal in the middle of a start: an orderly end, and nothing is left behind. */
public class EarlyEndIT {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** At the very first sign of what would be left behind. */
    private void endEarly(ProcessBuilder builder) throws Exception {
        Path directory = Files.createDirectory(folder.getRoot().toPath().resolve("temporary"));
        builder.environment().put("TMPDIR", directory.toString());
        try (AshdParent program = AshdParent.start(folder.getRoot().toPath(), builder)) {
            Await.until("a start " + program.errors(), () -> !names(directory).isEmpty() || !program.process.isAlive());
            Htpipe.signal(program.process.pid(), "TERM");
            assertEquals(program.errors(), 0, program.awaitExit());
        }
        assertEquals(List.of(), names(directory));
        Files.delete(directory);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    public void ofAServerAndOfAClient() throws Exception {
        Path directory = folder.getRoot().toPath();
        // a first start records classes, in a process of its own
        try (Htpipe server = Htpipe.server(directory, "s")) {
            endEarly(Htpipe.command(directory, EchoHandler.command(), "-S", "early"));
            endEarly(Htpipe.command(directory, List.of(), "-C", "s"));
            assertTrue(server.process.isAlive());
        }
    }

    @Test
    public void ofCallscgi() throws Exception {
        try (AshdParent first = AshdParent.start(folder.getRoot().toPath(), callscgi())) {
            assertTrue(first.get("x").startsWith("HTTP/1.1 503 "));
            assertEquals(1, first.awaitExit());
        }
        endEarly(callscgi());
    }

    private ProcessBuilder callscgi() {
        ProcessBuilder builder = Htpipe.command(folder.getRoot().toPath(), List.of());
        return builder.command(HearthProcess.DIST.resolve("bin/callscgi").toString(), "-t", "1");
    }
}
