package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Test;

/** Mode anonymous where the usual directory of its socket has a longer name than an address of the kernel takes. */
public class ScgiLongHomeIT extends WithCallscgi {
    private Path temporary;
    private String option;

    @Before
    public void shortDirectory() throws IOException {
        temporary = Files.createDirectories(dir.resolve("t"));
        option = "-Djava.io.tmpdir=" + temporary;
    }

    private Path longDirectory() {
        return dir.resolve("a-name-that-is-long".repeat(5));
    }

    /** Those that were made for sockets. */
    private List<Path> made() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("scgi-a-")).toList();
        }
    }

    @Test
    public void theRuntimeMakesAPrivateDirectoryAndRemovesIt() throws Exception {
        ProcessBuilder builder = HearthProcess.command("run", "--port", "0", "--home", longDirectory().toString());
        builder.environment().put("HEARTH_OPTS", option);
        try (HearthProcess hearth = HearthProcess.start(longDirectory(), builder)) {
            hearth.awaitUrl();
            Path program = Files.writeString(dir.resolve("server.pl"), SERVER);
            hearth.configure("org.hearthd.scgi-blog.cfg", "path = /blog\nmode = anonymous\ncommand = perl " + program + "\n");
            hearth.awaitAnswer("/blog/", 200, "served by ");
            assertEquals(1, made().size());
            hearth.process.destroy();
            assertEquals(hearth.errors(), 0, hearth.process.waitFor());
            assertEquals(hearth.errors(), List.of(), made());
        }
    }

    @Test
    public void callscgiDoesSoToo() throws Exception {
        Files.createDirectories(longDirectory().resolve(".ashd/sockets"));
        ProcessBuilder builder = command(serving());
        builder.environment().put("HOME", longDirectory().toString());
        builder.environment().put("TMPDIR", longDirectory().toString());
        builder.environment().put("HEARTH_OPTS", option);
        try (AshdParent parent = AshdParent.start(dir, builder)) {
            long first = parent.pid("a");
            Htpipe.signal(first, "KILL");
            assertTrue(parent.pid("b") != first);
            assertEquals(1, made().size());
            assertEquals(parent.errors(), 0, end(parent));
            assertEquals(parent.errors(), List.of(), made());
        }
    }
}
