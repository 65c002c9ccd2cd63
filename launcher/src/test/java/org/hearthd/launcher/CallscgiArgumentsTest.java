package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallscgiArgumentsTest {
    @TempDir
    private Path home;

    private CallscgiArguments parse(String... line) throws LaunchException {
        return CallscgiArguments.parse(home.toString(), 1234, line);
    }

    private void refused(String expected, String... line) {
        LaunchException e = assertThrows(LaunchException.class, () -> parse(line));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertEquals(1, e.exitCode());
    }

    @Test
    void addressProgramAndRetriesSayTheMode() throws Exception {
        assertEquals("client", parse("-t", "4000").mode());
        assertEquals("client", parse("-N", "3", "-t", "4000").mode());
        assertEquals("anonymous", parse("prog", "-t", "x").mode());
        assertEquals("launching", parse("-t", "4000", "prog").mode());
        assertEquals("mixed", parse("-N0", "-t", "4000", "prog").mode());
    }

    @Test
    void optionsAreClusteredWithValuesAttachedOrSeparate() throws Exception {
        CallscgiArguments arguments = parse("-N5", "-u/run/s", "--", "-p", "x");
        assertEquals(5, arguments.retries());
        assertEquals("unix:/run/s", arguments.address());
        assertEquals(List.of("-p", "x"), arguments.program());
        assertEquals("[::1]:scgi", parse("-N", "2", "-t[::1]:scgi").address());
        assertEquals("unix:" + Path.of("s").toAbsolutePath(), parse("-u", "s").address());
        assertEquals("help", parse("-hx").mode());
        assertTrue(parse("--rehearsal", "-t1").rehearsal());
    }

    @Test
    void aDirectoryWhoseSocketsHaveTooLongANameIsForNone() throws Exception {
        Path fits = home.resolve("x".repeat(107 - 34 - 1 - home.toString().length()));
        Path tooLong = Path.of(fits + "x");
        for (Path each : List.of(fits, tooLong)) {
            Files.createDirectories(each.resolve(".ashd/sockets"));
        }
        assertEquals(fits + "/.ashd/sockets", CallscgiArguments.privateSockets(fits.toString()));
        assertEquals("", CallscgiArguments.privateSockets(tooLong.toString()));
        assertEquals("", CallscgiArguments.privateSockets(home.toString()), "there is none");
    }

    @Test
    void aRelativePathThatIsTooLongAsAnAbsoluteOneIsUsedByWayOfTheProcess() throws Exception {
        String name = "x".repeat(92);
        assertEquals("unix:/proc/self/cwd/" + name, parse("-u", name).address());
    }

    @Test
    void anIdIsASocketOfTheUsersDirectoryIfThatIsThere() throws Exception {
        assertEquals("unix:/tmp/scgi-1234-blog", parse("-i", "blog").address());
        Path sockets = Files.createDirectories(home.resolve(".ashd/sockets"));
        assertEquals("unix:" + sockets.resolve("scgi-p-blog"), parse("-iblog").address());
    }

    @Test
    void badUsageIsExplained() {
        refused("neither an address nor a PROGRAM");
        refused("neither an address nor a PROGRAM", "-N3");
        refused("only one of", "-t1", "-u/s");
        refused("only one of", "-i", "a", "-t", "1");
        refused("needs a value", "-u");
        refused("unknown option -x", "-x");
        refused("not a number", "-Nmany", "-t1");
        refused("comma", "-u/a,b");
        refused("file name", "-i", "../x");
        refused("at most 107", "-u", "/" + "x".repeat(107));
        refused("at most 107", "-u", "x".repeat(93));
        refused("not [HOST:]TCPPORT", "-t", "unix:/run/s");
    }
}
