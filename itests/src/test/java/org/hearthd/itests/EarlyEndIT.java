package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/** A signal in the middle of a start: an orderly end, and nothing is left behind. */
public class EarlyEndIT extends InDirectory {
    /** At the very first sign of what would be left behind. */
    private void endEarly(ProcessBuilder builder) throws Exception {
        Path directory = Files.createDirectory(dir.resolve("temporary"));
        builder.environment().put("TMPDIR", directory.toString());
        try (AshdParent program = AshdParent.start(dir, builder)) {
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
        // a first start records classes, in a process of its own
        try (Htpipe server = Htpipe.server(dir, "s")) {
            endEarly(Htpipe.command(dir, EchoHandler.command(), "-S", "early"));
            endEarly(Htpipe.command(dir, List.of(), "-C", "s"));
            assertTrue(server.process.isAlive());
        }
    }

    @Test
    public void ofCallscgi() throws Exception {
        try (AshdParent first = AshdParent.start(dir, callscgi())) {
            assertTrue(first.get("x").startsWith("HTTP/1.1 503 "));
            assertEquals(1, first.awaitExit());
        }
        endEarly(callscgi());
    }

    private ProcessBuilder callscgi() {
        return HearthProcess.program(dir, "callscgi", "-t", "1");
    }
}
