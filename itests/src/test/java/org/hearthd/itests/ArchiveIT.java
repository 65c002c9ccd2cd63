package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
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

    private static void assertRecorded(Path dist, String program, String archive) throws IOException {
        String prefix = program + "-" + System.getProperty("java.version") + "-";
        try (Stream<Path> archives = Files.list(dist.resolve("cache"))) {
            List<Path> recorded = archives.filter(directory -> directory.getFileName().toString().startsWith(prefix)).toList();
            assertTrue(recorded.toString(), recorded.stream().anyMatch(directory -> Files.exists(directory.resolve(archive))));
        }
    }

    @Test
    public void eachProgramRecordsItsClasses() throws Exception {
        HearthProcess.ready(home).close();
        assertRecorded(HearthProcess.DIST, "hearth", "run");
        run(HearthProcess.program(dir, "htpipe", "-C", "missing"));
        assertRecorded(HearthProcess.DIST, "htpipe", "client");
        assertRecorded(HearthProcess.DIST, "htpipe", "server");
        run(HearthProcess.program(dir, "callscgi", "-u", "missing"));
        assertRecorded(HearthProcess.DIST, "callscgi", "callscgi");
    }

    @Test
    public void aDistributionMayStandInADirectoryWhoseNameIsNotPlain() throws Exception {
        Path dist = dir.resolve("Hearth's 2nd höme");
        run(new ProcessBuilder("cp", "-R", HearthProcess.DIST.toString(), dist.toString()));
        run(new ProcessBuilder("rm", "-r", dist.resolve("cache").toString()));
        for (int start = 0; start < 2; start++) {
            ProcessBuilder htpipe = HearthProcess.program(dir, "htpipe", "-C", "missing");
            htpipe.command().set(0, dist.resolve("bin/htpipe").toString());
            run(htpipe);
            List<String> said = Files.readAllLines(dir.resolve("out"));
            assertEquals("htpipe: nobody listens on missing", said.get(said.size() - 1));
        }
        assertRecorded(dist, "htpipe", "client");
    }
}
