package org.hearthd.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.stream.Collectors;

/** The file {@code NAME.jar.failed} beside a jar that is not in service: says why, in ten lines or fewer. */
final class FailedMark {
    private static final System.Logger LOG = System.getLogger(FailedMark.class.getName());
    private static final String SUFFIX = ".failed";
    private static final int REASON_LINES = 4;
    private static final int LINE_LENGTH = 400;

    private final Path directory;

    FailedMark(Path directory) {
        this.directory = directory;
    }

    void write(String name, String what, String tried, String reason, String goesOn, String next) {
        String text = String.join("\n", name + " is not deployed: " + what,
                "at:      " + Instant.now().truncatedTo(ChronoUnit.SECONDS),
                "tried:   " + tried, "reason:  " + shortened(reason), "serving: " + goesOn, "next:    " + next, "");
        Path mark = directory.resolve(name + SUFFIX);
        Path written = directory.resolve("." + name + SUFFIX);
        try {
            Files.writeString(written, text);
            Files.move(written, mark, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be written: {1}", mark, failed.toString());
        }
    }

    /** A few lines of it, none too long. */
    static String shortened(String reason) {
        return reason.lines().limit(REASON_LINES)
                .map(line -> line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + "...")
                .collect(Collectors.joining("\n         "));
    }

    /** The same as one line, not too long. */
    static String line(String reason) {
        String line = shortened(reason).replaceAll("\\s*\n\\s*", " ");
        return line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + "...";
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(directory.resolve(name + SUFFIX));
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be removed: {1}", name + SUFFIX, failed.toString());
        }
    }

    /** Removes the marks of jars that are gone. */
    void clean(Set<String> present) throws IOException {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory, "*.jar" + SUFFIX)) {
            for (Path mark : marks) {
                String file = mark.getFileName().toString();
                String name = file.substring(0, file.length() - SUFFIX.length());
                if (!present.contains(name)) {
                    remove(name);
                }
            }
        }
    }
}
