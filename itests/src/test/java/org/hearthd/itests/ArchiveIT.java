package org.hearthd.itests;

import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;

/** The first start of a program makes an archive of its classes, without which all others are slow and work all the same. */
public class ArchiveIT extends InDirectory {
    private void run(ProcessBuilder program) throws Exception {
        Process process = program.redirectErrorStream(true).redirectOutput(dir.resolve("out").toFile()).start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES));
    }

    private void assertRecorded(String program, String archive) throws IOException {
        String prefix = program + "-" + System.getProperty("java.version") + "-";
        try (Stream<Path> archives = Files.list(HearthProcess.DIST.resolve("cache"))) {
            List<Path> recorded = archives.filter(directory -> directory.getFileName().toString().startsWith(prefix)).toList();
            assertTrue(recorded.toString(), recorded.stream().anyMatch(directory -> Files.exists(directory.resolve(archive))));
        }
    }

    @Test
    public void eachProgramRecordsItsClasses() throws Exception {
        HearthProcess.ready(home).close();
        assertRecorded("hearth", "run");
        run(HearthProcess.program(dir, "htpipe", "-C", "missing"));
        assertRecorded("htpipe", "client");
        assertRecorded("htpipe", "server");
        run(HearthProcess.program(dir, "callscgi", "-u", "missing"));
        assertRecorded("callscgi", "callscgi");
    }
}
