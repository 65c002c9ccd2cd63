package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Test;

/** What is UTF-8 on a command line arrives as it is, whatever the locale, and children find the environment of the caller. */
public class LocaleIT extends InDirectory {
    /** A word with a blank, of two, three and four bytes for a character. */
    private static final String WORD = "caf\\303\\251 \\342\\202\\254\\360\\237\\215\\260";
    private static final List<String> LOCALES = List.of("export LC_ALL=C", "unset LC_ALL; export LANG=C",
            "export LC_ALL= LANG=xx_XX.UTF-8");

    /** In that locale, with the word as $w; a variable has an octet that is no text at all. */
    private ProcessBuilder shell(String locale, String script, String... words) {
        List<String> line = new ArrayList<>(
                List.of("sh", "-c", locale + "; w=$(printf '" + WORD + "'); export X=$(printf '\\351'); " + script, "sh"));
        line.addAll(List.of(words));
        ProcessBuilder builder = Htpipe.command(dir, List.of());
        return builder.command(line);
    }

    /** What a shell does to write down its words and its environment; the latter is there when both are complete. */
    private static String dump(String name) {
        return "cat /proc/$$/cmdline > w.$$; cat /proc/$$/environ > e.$$; mv w.$$ " + name + ".words; mv e.$$ " + name
                + ".environ";
    }

    private List<String> strings(String file) throws Exception {
        return List.of(Files.readString(dir.resolve(file), StandardCharsets.ISO_8859_1).split("\0"));
    }

    private void assertIsAsIfCalledDirectly(String name, String locale) throws Exception {
        Await.until("the child's environment", () -> Files.exists(dir.resolve(name + ".environ")));
        String direct = name + ".direct";
        assertEquals(0, shell(locale, "exec sh -c '" + dump(direct) + "' \"$w\"").start().waitFor());
        assertEquals(strings(direct + ".words").get(3), strings(name + ".words").get(3));
        assertEquals(sorted(strings(direct + ".environ")), sorted(strings(name + ".environ")));
    }

    /** Without what a shell sets for itself: which of these depends on the shell and on how many there are in between. */
    private static List<String> sorted(List<String> strings) {
        return strings.stream().filter(each -> !each.matches("(?s)(_|SHLVL|OLDPWD)=.*")).sorted().toList();
    }

    private static String[] words(String... first) {
        return Stream.concat(Stream.of(first), EchoHandler.command().stream()).toArray(String[]::new);
    }

    private static String child(String name) {
        return " sh -c '" + dump(name) + "; exec \"$@\"' \"$w\" \"$@\"";
    }

    @Test
    public void ofHtpipeSocketAndChild() throws Exception {
        String htpipe = HearthProcess.DIST.resolve("bin/htpipe").toString();
        for (String locale : LOCALES) {
            String name = "auto" + LOCALES.indexOf(locale);
            ProcessBuilder auto = shell(locale, "p=$1; shift; exec \"$p\" \"$w\"" + child(name), words(htpipe));
            try (AshdParent client = AshdParent.start(dir, auto)) {
                long pid = client.pid("a");
                assertIsAsIfCalledDirectly(name, locale);
                ProcessHandle server = ProcessHandle.of(pid).orElseThrow().parent().orElseThrow();
                assertEquals(0, shell(locale, "test -S \"$w\"").start().waitFor());
                server.destroy();
                Await.until("the end of the server", () -> !server.isAlive());
            }
        }
        String locale = LOCALES.get(0);
        ProcessBuilder foreground = shell(locale, "p=$1; shift; exec \"$p\" -S \"$w\"" + child("server"), words(htpipe));
        try (Htpipe server = Htpipe.start(dir, foreground)) {
            Await.until("the socket " + server.errors(), () -> shell(":", "test -S \"$w\"").start().waitFor() == 0);
            try (AshdParent client = AshdParent.start(dir, shell(locale, "exec \"$1\" -C \"$w\"", htpipe))) {
                assertTrue(client.pid("b") > 0);
                assertIsAsIfCalledDirectly("server", locale);
            }
        }
    }

    @Test
    public void ofCallscgisProgram() throws Exception {
        String callscgi = HearthProcess.DIST.resolve("bin/callscgi").toString();
        for (String locale : LOCALES) {
            String name = "program" + LOCALES.indexOf(locale);
            String all = "export HOME=$PWD; " + locale;
            try (AshdParent parent = AshdParent.start(dir,
                    shell(all, "exec \"$1\" sh -c '" + dump(name) + "' \"$w\"", callscgi))) {
                // the program is no server
                assertTrue(parent.get("x").startsWith("HTTP/1.1 50"));
                assertIsAsIfCalledDirectly(name, all);
                parent.end();
                assertEquals(parent.errors(), 0, parent.awaitExit());
            }
        }
    }

    /** Goes to a directory whose name is no text in any encoding, and to it by a link whose name is ASCII; there is a program in it. */
    private static List<String> elsewhere() {
        String make = "d=$(printf 'x-\\351'); mkdir -p \"$d\"; ln -sfn \"$d\" link; "
                + "[ -e \"$d/run\" ] || { printf '#!/bin/sh\\nexec \"$@\"\\n' > \"$d/run\"; chmod +x \"$d/run\"; }; cd ";
        return List.of(make + "\"$d\"; ", make + "link; ");
    }

    @Test
    public void ofAWorkingDirectoryThatIsNoText() throws Exception {
        String htpipe = HearthProcess.DIST.resolve("bin/htpipe").toString();
        for (String there : elsewhere()) {
            ProcessBuilder foreground = shell("export LC_ALL=C.UTF-8", there + "p=$1; shift; exec \"$p\" -S s ./run \"$@\"",
                    words(htpipe));
            try (Htpipe server = Htpipe.start(dir, foreground)) {
                Await.until("the socket " + server.errors(),
                        () -> shell(":", there + "test -S s").start().waitFor() == 0 || !server.process.isAlive());
                try (AshdParent client = AshdParent.start(dir,
                        shell("export LC_ALL=C", there + "exec \"$1\" -C s", htpipe))) {
                    assertEquals(server.errors(), working(server.process.pid()), working(client.pid("a")));
                    assertEquals(working(server.process.pid()), working(client.process.pid()));
                }
                server.signal("TERM");
                assertEquals(server.errors(), 0, server.awaitExit());
            }
        }
        String callscgi = HearthProcess.DIST.resolve("bin/callscgi").toString();
        for (String there : elsewhere()) {
            String begun = "begun" + elsewhere().indexOf(there);
            String run = there + "export HOME=$PWD; exec \"$1\" ./run sh -c ': > ../" + begun + "'";
            try (AshdParent parent = AshdParent.start(dir, shell("export LC_ALL=C", run, callscgi))) {
                // the program is no server
                assertTrue(parent.get("x").startsWith("HTTP/1.1 50"));
                Await.until("the program " + parent.errors(), () -> Files.exists(dir.resolve(begun)));
                parent.end();
                assertEquals(parent.errors(), 0, parent.awaitExit());
            }
        }
    }

    /** The rule can not: the virtual machine of this test may have no name for it. */
    @After
    public void removeElsewhere() throws Exception {
        assertEquals(0, shell(":", "rm -rf x-*").start().waitFor());
    }

    private static Path working(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
    }
}
