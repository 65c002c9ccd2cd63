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
        checkDirectory(Path.of(""), charset());
        check(Files.readAllBytes(Path.of("/proc/self/cmdline")), charset(), line);
    }

    private static Charset charset() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    }

    /**
     * Refuses to work where the virtual machine has a wrong name for the working directory: it would look for every relative path
     * elsewhere. {@code bin/common.sh} gives it one that is always right.
     *
     * @param named what it takes for the working directory
     */
    static void checkDirectory(Path named, Charset charset) throws LaunchException, IOException {
        if (!Files.exists(named) || !Files.isSameFile(named, Path.of("/proc/self/cwd"))) {
            throw notText("the working directory, " + named.toAbsolutePath(), charset);
        }
    }

    /** Refuses a path that the sockets, which speak UTF-8, and the files of the virtual machine would have under two names. */
    static void checkSocket(String path) throws LaunchException {
        checkSocket(path, charset());
    }

    static void checkSocket(String path, Charset charset) throws LaunchException {
        if (!charset.equals(StandardCharsets.UTF_8) && !StandardCharsets.US_ASCII.newEncoder().canEncode(path)) {
            throw new LaunchException(LaunchException.FAILED,
                    "socket path " + path + " is not ASCII, and the encoding of the locale is "
                            + charset + "; in a locale with UTF-8, such as C.UTF-8, any UTF-8 text is possible");
        }
    }

    private static LaunchException notText(String what, Charset charset) {
        return new LaunchException(LaunchException.FAILED, what + ", is no text in " + charset
                + ", the encoding of the locale; in a locale with UTF-8, such as C.UTF-8, any UTF-8 text is possible");
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
