package org.hearthd.scgi;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** What becomes of a URL's path. All strings are octets. */
final class Paths {
    private static final System.Logger LOG = System.getLogger(Paths.class.getName());

    private Paths() {}

    /** SCRIPT_NAME and PATH_INFO. */
    record Split(String script, String info) {}

    /** The split as callscgi makes it of the undecoded path and the rest string. */
    static Split split(String path, String rest) {
        String info = decoded(rest);
        String script = !rest.isEmpty() && path.endsWith(rest) ? path.substring(0, path.length() - rest.length()) : path;
        // a program at the root has an empty name, and its path begins with the slash
        return script.equals("/") ? new Split("", "/" + info) : new Split(script, info);
    }

    /** Percent-decoded; what can not be decoded, or would have a NUL, stays as it is. */
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int octet = i + 2 < text.length() ? 16 * hex(text.charAt(i + 1)) + hex(text.charAt(i + 2)) : -1;
                if (octet <= 0 || hex(text.charAt(i + 2)) < 0) {
                    return text;
                }
                c = (char) octet;
                i += 2;
            }
            out.append(c);
        }
        return out.toString();
    }

    private static int hex(char c) {
        return c > 'f' ? -1 : Character.digit(c, 16);
    }

    /**
     * The path without {@code .} and {@code ..} segments, never above the root.
     *
     * @param merge whether several slashes count as one
     */
    static String normal(String path, boolean merge) {
        if (!path.startsWith("/") || !path.contains("/.") && !(merge && path.contains("//"))) {
            return path;
        }
        Deque<String> segments = new ArrayDeque<>();
        String[] all = path.substring(1).split("/", -1);
        String last = all[all.length - 1];
        for (String segment : all) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.equals(".") && !(merge && segment.isEmpty())) {
                segments.add(segment);
            }
        }
        boolean directory = last.equals(".") || last.equals("..") || merge && last.isEmpty();
        return "/" + String.join("/", segments) + (directory && !segments.isEmpty() ? "/" : "");
    }

    /** A file name of the parent, whose working directory is ours; null stays null. */
    static String absolute(String file) {
        return file == null || file.startsWith("/") ? file : Working.DIRECTORY + "/" + file;
    }

    /** A path as it is on disk, which is not always what the virtual machine makes text of; without a slash at its end. */
    static String octets(Path path) {
        String octets = decoded(path.toUri().getRawPath());
        return octets.endsWith("/") ? octets.substring(0, octets.length() - 1) : octets;
    }

    /** Where this process works, which never changes. */
    private static final class Working {
        static final String DIRECTORY = octets(find());

        /** The virtual machine has read its own idea of it through the encoding of the locale. */
        private static Path find() {
            try {
                return Files.readSymbolicLink(Path.of("/proc/self/cwd"));
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "the kernel does not say where this process works", e);
                return Path.of("").toAbsolutePath();
            }
        }
    }
}
