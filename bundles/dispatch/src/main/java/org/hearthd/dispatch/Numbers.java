package org.hearthd.dispatch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The numbers of generations: by handler name, each greater than all before it, in earlier runtimes with the same home too. Kept in
 * a file to which a line, {@code NUMBER NAME}, is added for each; a file that is missing or damaged holds nothing up.
 */
final class Numbers {
    private static final System.Logger LOG = System.getLogger(Numbers.class.getName());
    /** So many lines are added before the file is written anew. */
    private static final int LINES = 1000;

    /** Null: nothing is kept. */
    private final Path file;
    /** The last by name; null before the first is wanted. */
    private Map<String, Long> last;
    private int added;
    private boolean failing;

    /** @param file where they are kept; null: nowhere */
    Numbers(Path file) {
        this.file = file;
    }

    /** The number of the next generation of that handler. */
    synchronized long next(String name) {
        if (last == null) {
            last = new TreeMap<>();
            read();
            added = LINES;
        }
        long number = last.merge(name, 1L, Long::sum);
        keep(name, number);
        return number;
    }

    private void read() {
        if (file == null) {
            return;
        }
        try {
            // whatever the bytes are, what can be understood of them counts
            new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().forEach(this::read);
        } catch (NoSuchFileException none) {
            LOG.log(Level.DEBUG, "{0} is not there yet", file);
        } catch (IOException unreadable) {
            LOG.log(Level.WARNING, "{0} cannot be read, the numbers of generations begin anew: {1}", file, unreadable.toString());
        }
    }

    private void read(String line) {
        int space = line.indexOf(' ');
        if (space > 0 && line.substring(0, space).matches("[0-9]{1,18}")) {
            last.merge(line.substring(space + 1), Long.valueOf(line.substring(0, space)), Math::max);
        }
    }

    private void keep(String name, long number) {
        if (file == null) {
            return;
        }
        try {
            if (added >= LINES) {
                rewrite();
            } else {
                Files.writeString(file, line(name, number), StandardOpenOption.APPEND);
                added++;
            }
            failing = false;
        } catch (IOException failed) {
            // a line may be half written
            added = LINES;
            if (!failing) {
                LOG.log(Level.WARNING, "{0} cannot be written, the numbers of generations may begin anew after a restart: {1}",
                        file,
                        failed.toString());
            }
            failing = true;
        }
    }

    private void rewrite() throws IOException {
        Files.createDirectories(file.getParent());
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written,
                last.entrySet().stream().map(each -> line(each.getKey(), each.getValue())).collect(Collectors.joining()));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        added = 0;
    }

    private static String line(String name, long number) {
        return number + " " + name + "\n";
    }
}
