package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenWordsTest {
    private static void check(String given, Charset charset, String... line) throws LaunchException {
        GivenWords.check(given.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1), charset, line);
    }

    private static void refused(String part, String given, Charset charset, String... line) {
        LaunchException e = assertThrows(LaunchException.class, () -> check(given, charset, line));
        assertTrue(e.getMessage().startsWith(part) && e.getMessage().contains("such as C.UTF-8"), e.getMessage());
        assertEquals(1, e.exitCode());
    }

    @Test
    void wordsThatComeOutAsTheyWentInAreTaken() throws Exception {
        check("java~-jar~x.jar~htpipe~-C~s~", StandardCharsets.US_ASCII, "-C", "s");
        check("java~-S~\u00c3\u00a9~~a b~", StandardCharsets.UTF_8, "-S", "\u00e9", "", "a b");
        check("java~?~", StandardCharsets.US_ASCII, "?");
        check("", StandardCharsets.UTF_8, "-C", "s");
    }

    @Test
    void wordsThatTheEncodingHasChangedAreRefusedWithTheirNumber() {
        refused("argument 2, ??, is no text in US-ASCII", "java~-C~\u00c3\u00a9~", StandardCharsets.US_ASCII, "-C", "??");
        refused("argument 2, \ufffd\ufffd, is no text in US-ASCII", "java~-C~\u00c3\u00a9~", StandardCharsets.US_ASCII, "-C",
                "\ufffd\ufffd");
        refused("argument 1, \ufffd, is no text in UTF-8", "java~\u00ff~", StandardCharsets.UTF_8, "\ufffd");
    }

    @Test
    void aWorkingDirectoryWithAWrongNameIsRefused(@TempDir Path other) throws Exception {
        GivenWords.checkDirectory(Path.of(""), StandardCharsets.UTF_8);
        GivenWords.checkDirectory(Path.of("").toAbsolutePath(), StandardCharsets.US_ASCII);
        for (Path wrong : List.of(other, other.resolve("x-?"))) {
            LaunchException e = assertThrows(LaunchException.class,
                    () -> GivenWords.checkDirectory(wrong, StandardCharsets.UTF_8));
            assertEquals("the working directory, " + wrong
                    + ", is no text in UTF-8, the encoding of the locale; in a locale with UTF-8, "
                    + "such as C.UTF-8, any UTF-8 text is possible", e.getMessage());
            assertEquals(1, e.exitCode());
        }
    }

    @Test
    void aSocketPathThatIsNotAsciiNeedsUtf8() throws Exception {
        GivenWords.checkSocket("/run/\u00e9", StandardCharsets.UTF_8);
        GivenWords.checkSocket("/run/e", StandardCharsets.ISO_8859_1);
        LaunchException e = assertThrows(LaunchException.class,
                () -> GivenWords.checkSocket("/run/\u00e9", StandardCharsets.ISO_8859_1));
        assertEquals(
                "socket path /run/\u00e9 is not ASCII, and the encoding of the locale is ISO-8859-1; in a locale with UTF-8, "
                        + "such as C.UTF-8, any UTF-8 text is possible",
                e.getMessage());
        assertEquals(1, e.exitCode());
    }

    @Test
    void theWordsOfThisProcessAreFound() {
        assertDoesNotThrow(() -> GivenWords.check());
    }
}
