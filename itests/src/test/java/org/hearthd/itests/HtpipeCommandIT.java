package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/** {@code bin/htpipe} as an operator meets it: usage, refusals, exit codes. */
public class HtpipeCommandIT extends InDirectory {

    /** Ends with that status, says all of these on stderr and nothing on stdout, leaves no storage behind. */
    private void ends(int status, ProcessBuilder builder, String... said) throws Exception {
        long storages = storages();
        try (Htpipe htpipe = Htpipe.start(dir, builder)) {
            assertEquals(htpipe.errors(), status, htpipe.awaitExit());
            for (String text : said) {
                assertTrue(htpipe.errors(), htpipe.errors().contains(text));
            }
            assertFalse(htpipe.errors(), htpipe.errors().contains("\tat "));
            assertEquals("", htpipe.output());
        }
        assertEquals(storages, storages());
    }

    private long storages() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(f -> f.getFileName().toString().startsWith("htpipe-storage")).count();
        }
    }

    private ProcessBuilder command(String... line) {
        return Htpipe.command(dir, List.of(), line);
    }

    /** A client on descriptor 0 of which is a real ashd socket. */
    private String refusedClient(ProcessBuilder builder) throws Exception {
        try (AshdParent client = AshdParent.start(dir, builder)) {
            assertEquals(1, client.awaitExit());
            assertEquals("", client.output());
            assertTrue(client.errors(), client.errors().startsWith("htpipe: "));
            return client.errors();
        }
    }

    @Test
    public void helpGoesToStdoutAndUsageErrorsExitWithOne() throws Exception {
        try (Htpipe help = Htpipe.start(dir, command("-Sh"))) {
            assertEquals(0, help.awaitExit());
            assertTrue(help.output(), help.output().startsWith("usage: htpipe [-h] [-CS] SOCKET-PATH [CHILD [ARGS...]]"));
        }
        ends(1, command(), "usage: htpipe");
        ends(1, command("-C"), "no SOCKET-PATH", "usage: htpipe");
        ends(1, command("-S", "s"), "no CHILD", "usage: htpipe");
        ends(1, command("s"), "no CHILD", "usage: htpipe");
        ends(1, command("-x", "s", "true"), "unknown option -x", "usage: htpipe");
        ends(1, command("-C", ""), "empty", "usage: htpipe");
    }

    @Test
    public void aPathThatIsTooLongIsRefusedWithTheLimit() throws Exception {
        String path = "p".repeat(108);
        for (String[] line : List.of(new String[] {"-C", path}, new String[] {"-S", path, "true"}, new String[] {path, "true"})) {
            ends(1, command(line), path, "108 bytes", "at most 107");
        }
    }

    @Test
    public void aClientWithoutAServerSaysSo() throws Exception {
        String missing = refusedClient(command("-C", "missing"));
        assertTrue(missing, missing.contains("nobody listens on missing"));
        // flags may be clustered, and -C wins
        assertTrue(refusedClient(command("-SC", "missing", "true")).contains("nobody listens on missing"));
        Files.createFile(dir.resolve("file"));
        String file = refusedClient(command("-C", "file"));
        assertTrue(file, file.contains("htpipe: file exists and is not a socket"));
        assertFalse(file, file.contains("can not be used"));
        assertTrue(Files.isRegularFile(dir.resolve("file")));
    }

    @Test
    public void aServerLeavesAloneWhatIsNoSocket() throws Exception {
        Files.writeString(dir.resolve("file"), "mine");
        Files.createDirectory(dir.resolve("directory"));
        ends(1, command("-S", "file", "sleep", "60"), "htpipe: ", "file", "not a socket");
        ends(1, command("-S", "directory", "sleep", "60"), "htpipe: ", "directory", "not a socket");
        assertEquals("mine", Files.readString(dir.resolve("file")));
        assertTrue(Files.isDirectory(dir.resolve("directory")));
        ends(1, command("-S", "no/where", "sleep", "60"), "htpipe: ", "no/where");
    }

    @Test
    public void aChildThatCanNotBeExecutedEndsTheServer() throws Exception {
        ends(1, command("-S", "s", "no-such-program"), "htpipe: ", "no-such-program");
        Files.writeString(dir.resolve("text"), "no program");
        ends(1, command("-S", "s", "./text"), "htpipe: ", "./text");
        assertFalse(Files.exists(dir.resolve("s")));
        String said = refusedClient(command("s", "no-such-program"));
        assertTrue(said, said.contains("no-such-program"));
    }

    @Test
    public void optionsEndAtTheFirstOperandAndAreNotTakenFromTheChild() throws Exception {
        Files.writeString(dir.resolve("a child's name"),
                "#!/bin/sh\necho \"got $*\" > args\ncat > /dev/null <&0\nsleep 60\n");
        assertTrue(dir.resolve("a child's name").toFile().setExecutable(true));
        try (Htpipe server = Htpipe.start(dir, command("-S", "--", "s", "./a child's name", "-C", "-h", "x y"))) {
            Await.until("the child's arguments " + server.errors(), () -> Files.exists(dir.resolve("args"))
                    && Files.readString(dir.resolve("args")).equals("got -C -h x y\n"));
        }
    }

    @Test
    public void descriptorZeroOfAClientMustBeAPacketSocket() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                Htpipe client = Htpipe.start(dir, command("-C", "s").redirectInput(Path.of("/dev/null").toFile()))) {
            assertEquals(1, client.awaitExit());
            assertTrue(client.errors(), client.errors().contains("/dev/null") && client.errors().contains("SEQPACKET"));
            assertFalse(client.errors(), client.errors().contains("\tat "));
            assertTrue(server.process.isAlive());
        }
    }

    @Test
    public void noServerIsStartedForADescriptorZeroThatIsNoSocket() throws Exception {
        try {
            ends(1, command("s", "sh", "-c", "touch started; sleep 60").redirectInput(Path.of("/dev/null").toFile()), "htpipe: ",
                    "/dev/null", "SEQPACKET");
            for (String name : List.of("s", "s.log", "started")) {
                assertFalse(name, Files.exists(dir.resolve(name)));
            }
        } finally {
            Htpipe.endDetached(Path.of("s"));
        }
    }

    @Test
    public void aLiveServersSocketIsNotTakenAndAServersOwnIsRemovedAtItsEnd() throws Exception {
        Path socket = dir.resolve("s");
        try (Htpipe server = Htpipe.server(dir, "s")) {
            Object made = Files.getAttribute(socket, "lastModifiedTime");
            ends(1, command("-S", "s", "sh", "-c", "touch started; sleep 60"), "htpipe: ", "in use by a running server");
            assertFalse(Files.exists(dir.resolve("started")));
            assertEquals(made, Files.getAttribute(socket, "lastModifiedTime"));
            assertEquals("rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
        }
        assertFalse(Files.exists(socket));
    }
}
