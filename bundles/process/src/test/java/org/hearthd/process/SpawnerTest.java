package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.Await;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

final class SpawnerTest extends ProcessContract {
    /** In the background, a process that tells its process id when SIGTERM does not end it any more. */
    private static final String IGNORES_TERM = "sh -c 'trap \"\" TERM; echo $$ >&2; exec sleep 61' & ";

    @Test
    void tellsTheStatusAndTheLastLines() throws Exception {
        Child child = run("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i >&2; done; exit 3");
        assertEquals(3, status(child));
        awaitLast(child, "line 12");
        assertEquals("line 3", child.lastErrors().get(0));
        assertEquals(10, child.lastErrors().size());
        assertTrue(child.state().startsWith("status 3; its last lines: line 3 | line 4"), child.state());
    }

    @Test
    void aSignalIsAStatusAbove128() throws Exception {
        Child child = run("kill -9 $$");
        assertEquals(137, status(child));
        assertEquals("signal 9", child.state());
    }

    @Test
    void whatCanNotBeExecutedIsAChildThatEndedWith127() throws Exception {
        Path plain = Files.writeString(dir.resolve("plain"), "not executable");
        for (String[] expected : new String[][] {{"no-such-program", "no-such-program was not found in "},
            {"/no/such/program", "no such file"},
            {plain.toString(), "it is not executable"}, {dir.toString(), "it is a directory"}}) {
            Child child = spawner.start(Program.of("test", List.of(expected[0], "x")), null);
            assertEquals(127, status(child));
            assertEquals(0, child.pid());
            assertTrue(child.lastErrors().get(0).startsWith("cannot execute " + expected[0] + ": " + expected[1]), child.state());
            assertEquals(127, child.end(0, 0).join());
        }
        Child child = spawner.start(Program.of("test", List.of("true")).in(dir.resolve("absent")), null);
        assertTrue(child.state().endsWith("its directory " + dir.resolve("absent") + " is not there"), child.state());
    }

    @Test
    void aProgramHasTheCallersLimitOfDescriptorsAndMayRaiseItAgain() throws Exception {
        for (String limit : List.of("99", "64")) {
            spawner = new ProcessSpawner(descriptors, limit);
            Child child = run("echo $(ulimit -S -n) >&2; ulimit -S -n $(ulimit -H -n)");
            assertEquals(0, status(child));
            awaitLast(child, limit);
        }
    }

    @Test
    void anInterpreterThatIsAbsentIsReportedWithTheProgram() throws Exception {
        Path script = script("#!/no/such/interpreter\n");
        Child child = spawner.start(Program.of("test", List.of(script.toString())), null);
        assertEquals(127, status(child));
        assertTrue(child.state().contains(script.toString()), child.state());
        assertTrue(child.state().contains("No such file or directory"), child.state());
    }

    @Test
    void findsAProgramInThePathOfTheChildAndInItsDirectory() throws Exception {
        script("#!/bin/sh\necho found >&2\n");
        Program program = Program.of("test", List.of("script"));
        Program searched = program.withEnvironment(Program.Environment.SAME.with(Map.of("PATH", "/nowhere:" + dir)));
        Program relative = Program.of("test", List.of("./script")).in(dir);
        for (Program each : List.of(searched, relative, searched.withSession(true))) {
            Child child = spawner.start(each, null);
            assertEquals(0, status(child));
            awaitLast(child, "found");
            assertEquals(1, child.lastErrors().size());
        }
    }

    @Test
    void argumentsArriveAsTheyAreAndTheEnvironmentIsTheOneAskedFor() throws Exception {
        Map<String, String> changes = new HashMap<>(Map.of("NEW", "a b", "PATH", "/usr/bin:/bin"));
        changes.put("HOME", null);
        Program program = Program.of("test",
                List.of("sh", "-c", "printf '%s|' \"$@\" \"$NEW\" \"${HOME-none}\" \"$PWD\" >&2", "x", "a b", "", "$c'\"",
                        "\u00e9"));
        Child child = spawner.start(program.withEnvironment(Program.Environment.SAME.with(changes)).in(dir), null);
        assertEquals(0, status(child));
        awaitLast(child, "a b||$c'\"|\u00e9|a b|none|" + dir + "|");
        child = spawner.start(Program.of("test", List.of("env")).withOutput(Output.NULL, Output.LOG)
                .withEnvironment(new Program.Environment(false, Map.of())), null);
        assertEquals(0, status(child));
        Child bare = spawner
                .start(Program.of("test", List.of("sh", "-c", "env | grep -v -e ^PWD= -e ^_= -e ^OLDPWD= -e ^SHLVL= >&2"))
                        .withEnvironment(new Program.Environment(false, Map.of("ONE", "1"))), null);
        assertEquals(0, status(bare));
        awaitLast(bare, "ONE=1");
        assertEquals(1, bare.lastErrors().size());
    }

    @Test
    void oneSocketCanBeStandardInputAndOutput() throws Exception {
        FdPair pair = streams.pair();
        descriptors.nonBlocking(pair.theirs(), true);
        Child child = spawner.start(
                Program.of("test", List.of("sh", "-c", "read line; echo got $line")).withOutput(Output.to(pair.theirs()),
                        Output.LOG),
                pair.theirs());
        assertFalse(nonBlocking(pair.theirs()));
        pair.theirs().close();
        try (StreamConnection connection = streams.adopt(pair.ours())) {
            connection.output().write("hello\n".getBytes(StandardCharsets.UTF_8));
            assertEquals("got hello\n", new String(connection.input().readAllBytes(), StandardCharsets.UTF_8));
        }
        assertEquals(0, status(child));
    }

    @Test
    void aChildHasThreeDescriptorsAndNoSignalBlockedOrIgnored() throws Exception {
        for (boolean session : new boolean[] {false, true}) {
            FdPair pair = packets.pair();
            try (Fd open = file("open"); pair) {
                descriptors.adopt(open.number());
                Child child = spawner.start(Program.of("test", List.of("sleep", "60")).withSession(session), pair.theirs());
                Path proc = Path.of("/proc/" + child.pid());
                assertTrue(Await.until(() -> read(proc.resolve("cmdline")).split("\0")[0].endsWith("/sleep")),
                        "sleep does not run");
                // the loader opens libraries for a moment
                assertTrue(Await.until(() -> numbers(proc.resolve("fd")).equals(List.of("0", "1", "2"))),
                        () -> numbers(proc.resolve("fd")).toString());
                String status = read(proc.resolve("status"));
                assertTrue(Signals.none(status, "SigBlk:"), status);
                assertTrue(Signals.none(status, "SigIgn:"), status);
                String[] stat = read(proc.resolve("stat")).split(" ");
                assertEquals(session, stat[5].equals(Long.toString(child.pid())), "session of its own");
                child.end(0, 5000).get(60, TimeUnit.SECONDS);
                assertEquals("signal 15", child.state());
            }
        }
    }

    @Test
    void aProgramWithAnEqualsSignInItsPathHasNoSignalBlockedOrIgnoredEither() throws Exception {
        Path script = Files.createDirectory(dir.resolve("a=b")).resolve("script");
        Files.copy(script("#!/bin/sh\necho \"$#$1\" >&2\nexec grep -e SigBlk: -e SigIgn: /proc/self/status >&2\n"), script,
                StandardCopyOption.COPY_ATTRIBUTES);
        Child child = spawner.start(Program.of("test", List.of(script.toString(), "x y")), null);
        assertEquals(0, status(child));
        assertEquals("1x y", child.lastErrors().get(0));
        String status = String.join("\n", child.lastErrors());
        assertTrue(Signals.none(status, "SigBlk:"), status);
        assertTrue(Signals.none(status, "SigIgn:"), status);
    }

    @Test
    void aChildThatIgnoresTheEndAndSigtermIsKilledWithItsDescendants() throws Exception {
        Child child = run("trap '' TERM; sleep 61 & echo $! >&2; while :; do wait; done");
        assertTrue(Await.until(() -> !child.lastErrors().isEmpty()));
        long descendant = Long.parseLong(child.lastErrors().get(0));
        assertEquals(137, child.end(10, 100).get(60, TimeUnit.SECONDS));
        assertTrue(Await.until(() -> ProcessHandle.of(descendant).filter(ProcessHandle::isAlive).isEmpty()), "sleep still runs");
    }

    @Test
    void aDescendantThatIgnoresSigtermIsKilledThoughTheChildHasEndedByIt() throws Exception {
        Child child = run(IGNORES_TERM + "wait");
        ProcessHandle descendant = descendant(child);
        assertEquals(143, child.end(0, 1000).get(60, TimeUnit.SECONDS));
        assertTrue(Await.until(() -> !descendant.isAlive()), "sleep still runs");
    }

    @Test
    void theEndOfTheSpawnerWaitsForTheDescendantsThatAreBeingEnded() throws Exception {
        Child child = run(IGNORES_TERM + "wait");
        ProcessHandle descendant = descendant(child);
        CompletableFuture<Integer> ended = child.end(0, 1000);
        assertEquals(143, status(child));
        spawner.stop();
        assertTrue(Await.until(() -> !descendant.isAlive()), "sleep still runs");
        assertEquals(143, ended.get(60, TimeUnit.SECONDS));
    }

    @Test
    void nobodyIsWaitedForWhereTheDescendantsHaveEndedToo() throws Exception {
        Child child = run("sleep 65 & echo $! >&2; wait");
        descendant(child);
        assertEquals(143, child.end(0, 600_000).get(60, TimeUnit.SECONDS));
    }

    @Test
    void theDescendantsOfAChildThatEndsByItselfAreLeftAlone() throws Exception {
        Path go = dir.resolve("go");
        // what a descendant writes when the child has ended is lost
        Child child = run(IGNORES_TERM + "until [ -e " + go + " ]; do sleep 0.05; done; exit 5");
        ProcessHandle descendant = descendant(child);
        Files.createFile(go);
        assertEquals(5, child.end(600_000, 0).get(60, TimeUnit.SECONDS));
        assertEquals(5, child.end(0, 0).get(60, TimeUnit.SECONDS));
        assertTrue(descendant.isAlive());
        descendant.destroyForcibly();
    }

    @Test
    void aChildThatEndsByItselfIsNotSignalled() throws Exception {
        FdPair pair = streams.pair();
        Child child = spawner.start(Program.of("test", List.of("cat")), pair.theirs());
        pair.theirs().close();
        pair.ours().close();
        assertEquals(0, child.end(20_000, 1).get(60, TimeUnit.SECONDS));
    }

    @Test
    void longLinesAreCutAndControlCharactersRemoved() throws Exception {
        Child child = run("head -c 100000 /dev/zero | tr '\\0' x >&2; printf '\\na\\033[1m\\r\\nlast' >&2");
        assertEquals(0, status(child));
        awaitLast(child, "last");
        assertEquals(3, child.lastErrors().size());
        assertEquals(Lines.MAX_BYTES, child.lastErrors().get(0).length());
        assertTrue(child.lastErrors().get(0).endsWith("xx..."));
        assertEquals(List.of("a?[1m", "last"), child.lastErrors().subList(1, 3));
    }

    @Test
    void aDescendantThatHoldsTheOutputDoesNotHideTheExit() throws Exception {
        Child child = run("sleep 62 & echo $! >&2; exit 4");
        assertEquals(4, child.exit().get(60, TimeUnit.SECONDS));
        assertTrue(Await.until(() -> !child.lastErrors().isEmpty()), "nothing was read");
        ProcessHandle.of(Long.parseLong(child.lastErrors().get(0))).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void tooLongArgumentsAreToldFromOtherFailures() {
        Program program = Program.of("test", List.of("true", "x".repeat(200_000)));
        assertThrows(ArgumentsTooLongException.class, () -> spawner.start(program, null));
    }

    @Test
    void theEndOfTheSpawnerEndsWhatWasForgottenAndLeavesWhatSurvives() throws Exception {
        Child forgotten = run("sleep 63");
        Program program = Program.of("test", List.of("sleep", "64")).withOutput(Output.NULL, Output.NULL).surviving(true);
        Child survivor = spawner.start(program, null);
        spawner.stop();
        assertEquals("signal 15", forgotten.state());
        assertFalse(survivor.exit().isDone());
        survivor.end(0, 1000).get(60, TimeUnit.SECONDS);
        assertThrows(IllegalArgumentException.class, () -> Program.of("test", List.of("x")).surviving(true));
    }

    /** Where readers starve, an exit does not wait for them: the last lines may come a moment later. */
    private static void awaitLast(Child child, String line) {
        assertTrue(Await.until(() -> {
            List<String> lines = child.lastErrors();
            return !lines.isEmpty() && lines.get(lines.size() - 1).equals(line);
        }), () -> line + " is not the last of " + child.lastErrors());
    }

    private Child run(String text) throws IOException {
        return spawner.start(Program.of("test", List.of("sh", "-c", text)), null);
    }

    /** The one that has told its process id. */
    private static ProcessHandle descendant(Child child) {
        assertTrue(Await.until(() -> !child.lastErrors().isEmpty()), "nothing was read");
        return ProcessHandle.of(Long.parseLong(child.lastErrors().get(0))).orElseThrow();
    }

    private Path script(String text) throws IOException {
        Path script = Files.writeString(dir.resolve("script"), text);
        assertTrue(script.toFile().setExecutable(true));
        return script;
    }

    private static int status(Child child) throws Exception {
        return child.exit().get(60, TimeUnit.SECONDS);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> numbers(Path fds) {
        try (Stream<Path> list = Files.list(fds)) {
            return new ArrayList<>(list.map(p -> p.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
        } catch (IOException e) {
            return List.of();
        }
    }
}
