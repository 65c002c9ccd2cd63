package org.hearthd.settings;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Tells the shell's {@code why} which refused configuration files concern a handler or a path: those that are named after it, and those
 * in which it stands as a value, or a path that leads to it.
 */
@Component(service = Function.class, property = {"hearth.why=handler", "service.ranking:Integer=40"})
public final class FileReasons implements Function<String, List<String>> {
    private static final System.Logger LOG = System.getLogger(FileReasons.class.getName());

    private final ConfigurationGate gate;

    /** Asks that gate. */
    @Activate
    public FileReasons(@Reference ConfigurationGate gate) {
        this.gate = gate;
    }

    /** One line for each problem. */
    @Override
    public List<String> apply(String what) {
        List<String> lines = new ArrayList<>();
        gate.refused().forEach((file, problems) -> {
            if (concerns(file, what)) {
                problems.forEach(problem -> lines.add(problem.toString()));
            }
        });
        return lines;
    }

    private static boolean concerns(File file, String what) {
        if (ConfigurationName.of(file.getName()).instance().equals(what)) {
            return true;
        }
        try {
            // it may be anything but a properties file
            return new String(Files.readAllBytes(file.toPath()), StandardCharsets.ISO_8859_1).lines()
                    .filter(line -> !line.startsWith("#"))
                    .anyMatch(line -> names(line.substring(line.indexOf('=') + 1).strip(), what));
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, () -> file + " can not be read: " + gone);
            return false;
        }
    }

    private static boolean names(String value, String what) {
        return value.equals(what) || value.length() > 1 && value.startsWith("/") && what.startsWith(value);
    }
}
