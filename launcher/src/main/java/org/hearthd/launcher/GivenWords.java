package org.hearthd.launcher;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The words of the command line as the kernel has them. The virtual machine reads them in the encoding of the locale and has no way to
 * pass on what is no text in that: other words would come out than went in.
 */
final class GivenWords {
    private GivenWords() {}

    /** Refuses words that can not be passed on as they are. */
    static void check(String... line) throws LaunchException, IOException {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        checkDirectory(System.getProperty("user.dir"), charset);
        check(Files.readAllBytes(Path.of("/proc/self/cmdline")), charset, line);
    }

    /** Where the virtual machine can not even name the working directory, parts of it do not work. */
    static void checkDirectory(String directory, Charset charset) throws LaunchException {
        if (!charset.newEncoder().canEncode(directory)) {
            throw notText("the working directory, " + directory, charset);
        }
    }

    private static LaunchException notText(String what, Charset charset) {
        return new LaunchException(LaunchException.FAILED, what + ", is no text in " + charset
                + ", the encoding of the locale; with LC_ALL=C.UTF-8 any UTF-8 text is possible");
    }

    /** @param given all words of the process, each with a NUL behind it; the line is the last of them */
    static void check(byte[] given, Charset charset, String... line) throws LaunchException {
        // one character for each octet
        List<String> words = Arrays.asList(new String(given, StandardCharsets.ISO_8859_1).split("\0", -1));
        int first = words.size() - 1 - line.length;
        for (int i = 0; i < line.length && first >= 0; i++) {
            String passedOn = new String(line[i].getBytes(charset), StandardCharsets.ISO_8859_1);
            if (!passedOn.equals(words.get(first + i))) {
                throw notText("argument " + (i + 1) + ", " + line[i], charset);
            }
        }
    }
}
