package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Test;

/** The locale in which the scripts start Java, on systems with other locales and tools: these and Java are made up. */
public class SpokenLocaleIT extends InDirectory {
    private static final String UTF8 = "caf\\303\\251";
    private static final String LATIN1 = "caf\\351";
    private static final String FORCED = "C.UTF-8 -Dhearth.caller.lc_all==xx";
    private static final String KEPT = "xx ";

    private Path tools;

    @Before
    public void tools() throws Exception {
        tools = Files.createDirectories(dir.resolve("tools/bin"));
        Files.writeString(tools.resolveSibling("release"), "JAVA_VERSION=\"17\"\n");
        script("java",
                "for w; do case $w in -Dhearth.caller.lc_all*) c=$w ;; -Duser.dir*) d=\" $w\" ;; esac; done\necho \"$LC_ALL $c$d\"");
    }

    private void script(String name, String text) throws Exception {
        Path file = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertEquals(true, file.toFile().setExecutable(true));
    }

    /** In a locale called xx; the two encodings are those of xx and of C.UTF-8, empty if the system has no tool that knows. */
    private String spoken(String word, String xx, String utf8, String directory) throws Exception {
        script("locale", "case $LC_ALL in xx) echo '" + xx + "' ;; *) echo '" + utf8 + "' ;; esac");
        String callscgi = HearthProcess.DIST.resolve("bin/callscgi").toString();
        ProcessBuilder builder = new ProcessBuilder(List.of("sh", "-c", "export LC_ALL=xx; d=$(printf '" + directory
                + "'); mkdir -p \"$d\" && cd \"$d\" && exec \"$1\" -h \"$(printf '" + word + "')\"", "sh", callscgi));
        builder.directory(folder.getRoot()).environment().putAll(Map.of("JAVA_HOME", tools.getParent().toString(), "PATH",
                tools + ":" + System.getenv("PATH"), "HOME", "/", "TMPDIR", "/tmp"));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertEquals(0, process.waitFor());
        return said.substring(0, said.length() - 1);
    }

    @Test
    public void aLocaleThatSpeaksUtf8IsKept() throws Exception {
        assertEquals(KEPT, spoken(UTF8, "UTF-8", "UTF-8", "."));
        assertEquals(KEPT, spoken(UTF8, "UTF-8", "ANSI_X3.4-1968", "."));
        assertEquals(KEPT, spoken("ascii", "ANSI_X3.4-1968", "UTF-8", "."));
    }

    @Test
    public void anotherLocaleIsLeftForWhatIsUtf8() throws Exception {
        assertEquals(FORCED, spoken(UTF8, "ANSI_X3.4-1968", "UTF-8", "."));
        assertEquals(FORCED, spoken(UTF8, "ISO-8859-1", "UTF-8", "."));
        assertEquals(FORCED, spoken(UTF8, "", "", "."));
        assertEquals(KEPT, spoken(LATIN1, "ISO-8859-1", "UTF-8", "."));
    }

    @Test
    public void aLocaleThatTheSystemDoesNotHaveIsNotUsed() throws Exception {
        assertEquals(KEPT, spoken(UTF8, "ISO-8859-1", "ANSI_X3.4-1968", "."));
        assertEquals(KEPT, spoken(UTF8, "ANSI_X3.4-1968", "ANSI_X3.4-1968", "."));
    }

    @Test
    public void withoutTheProgramThatKnowsUtf8OnlyAsciiIsLeft() throws Exception {
        script("iconv", "exit 127");
        assertEquals(KEPT, spoken(UTF8, "ISO-8859-1", "UTF-8", "."));
        assertEquals(FORCED, spoken(UTF8, "ANSI_X3.4-1968", "UTF-8", "."));
    }

    @Test
    public void aWorkingDirectoryThatIsNotAsciiGetsAnotherName() throws Exception {
        for (String directory : List.of(UTF8, LATIN1)) {
            assertEquals(KEPT + " -Duser.dir=/proc/self/cwd", spoken("ascii", "ANSI_X3.4-1968", "UTF-8", directory));
        }
    }
}
