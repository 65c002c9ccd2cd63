package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;

/** The first start of a program makes an archive of its classes, without which all others are slow and work all the same. */
public class ArchiveIT extends InDirectory {
    private static final Pattern OPTION = Pattern.compile("-XX:[-+]?([A-Z][A-Za-z0-9]*+)(?!\\*)");

    private void run(ProcessBuilder program) throws Exception {
        Process process = program.redirectErrorStream(true).redirectOutput(dir.resolve("out").toFile()).start();
        try {
            assertTrue(process.waitFor(3, TimeUnit.MINUTES));
        } finally {
            process.destroyForcibly();
        }
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
        run(new ProcessBuilder("rm", "-rf", HearthProcess.DIST.resolve("cache").toString()));
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
        assertWorks(dist);
        assertWorks(dist);
        assertRecorded(dist, "htpipe", "client");
        assertRecorded(dist, "callscgi", "callscgi");
        // nothing of the old place is used, nor missed
        Path moved = Files.move(dist, dir.resolve("moved"));
        assertWorks(moved);
    }

    /** What it does not know it passes over in silence. */
    @Test
    public void thisJdkKnowsTheOptionsOfTheScripts() throws Exception {
        run(new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+PrintFlagsFinal",
                "-version"));
        Set<String> known = new TreeSet<>();
        for (String line : Files.readAllLines(dir.resolve("out"))) {
            known.addAll(List.of(line.trim().split("[ =]+")));
        }
        Set<String> unknown = new TreeSet<>();
        try (Stream<Path> scripts = Files.list(HearthProcess.DIST.resolve("bin"))) {
            for (Path script : scripts.toList()) {
                OPTION.matcher(Files.readString(script)).results().map(found -> found.group(1)).forEach(unknown::add);
            }
        }
        assertTrue(unknown.toString(), unknown.contains("AOTRecordTraining"));
        unknown.removeAll(known);
        assertEquals(Runtime.version().feature() < 25 ? Set.of("AOTCache", "AOTCacheOutput", "AOTRecordTraining") : Set.of(),
                unknown);
    }

    private void assertWorks(Path dist) throws Exception {
        assertEquals("htpipe: nobody listens on missing", lastWords(dist, "htpipe", "-C", "missing"));
        assertEquals("  no source takes requests", lastWords(dist, "callscgi", "-u", "missing"));
    }

    private String lastWords(Path dist, String program, String... arguments) throws Exception {
        ProcessBuilder builder = HearthProcess.program(dir, program, arguments);
        builder.command().set(0, dist.resolve("bin").resolve(program).toString());
        run(builder);
        List<String> said = Files.readAllLines(dir.resolve("out"));
        return said.get(said.size() - 1);
    }
}
