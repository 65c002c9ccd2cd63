package org.hearthd.settings;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * {@code hearth check [DIR]}: validates every file of a configuration directory. Problems go to stderr, one line each, a summary
 * to stdout. Exit code 0: all files may be applied, 1: there are problems or the directory cannot be read, 100: wrong usage.
 */
@Component(service = ToIntFunction.class, property = "hearth.command=check")
public final class CheckCommand implements ToIntFunction<String[]> {
    private final BundleContext context;
    private final PrintStream out;
    private final PrintStream err;

    /** Made by Declarative Services. */
    @Activate
    public CheckCommand(BundleContext context) {
        this(context, System.out, System.err);
    }

    CheckCommand(BundleContext context, PrintStream out, PrintStream err) {
        this.context = context;
        this.out = out;
        this.err = err;
    }

    @Override
    public int applyAsInt(String[] arguments) {
        String home = context.getProperty("hearth.home");
        if (arguments.length > 1 || arguments.length == 0 && home == null) {
            err.println("usage: hearth check [DIRECTORY]");
            return 100;
        }
        Path directory = arguments.length == 1 ? Path.of(arguments[0]) : Path.of(home, "config");
        try {
            return check(directory);
        } catch (IOException unreadable) {
            err.println(directory + ": cannot be read: " + unreadable);
            return 1;
        }
    }

    private int check(Path directory) throws IOException {
        ConfigurationCheck check = new ConfigurationCheck(schemas(directory), context::getProperty,
                ConstructorCheck.ofAll(context));
        int files = 0;
        int problems = 0;
        for (Path file : sorted(directory)) {
            String name = file.getFileName().toString();
            if (ConfigurationName.isConfiguration(name) && Files.isRegularFile(file)) {
                List<Problem> found = check.check(file.toString(), name, Files.readAllBytes(file));
                found.forEach(err::println);
                files++;
                problems += found.size();
            } else if (!ConfigurationName.isQuiet(name)) {
                err.println(file + ": ignored: only files whose names end in .cfg are read");
            }
        }
        out.println(directory + ": " + files + (files == 1 ? " file, " : " files, ")
                + (problems == 0 ? "no problems" : problems == 1 ? "1 problem" : problems + " problems"));
        return problems == 0 ? 0 : 1;
    }

    /** Handlers in the deploy directory beside the configuration are not installed now, but their files are to be understood. */
    private Map<String, Schema> schemas(Path directory) throws IOException {
        Map<String, Schema> all = new Metatypes(context).all();
        Path deploy = directory.toAbsolutePath().normalize().resolveSibling("deploy");
        if (Files.isDirectory(deploy)) {
            for (Path jar : sorted(deploy)) {
                if (jar.toString().endsWith(".jar")) {
                    Metatypes.ofJar(jar).forEach(schema -> all.putIfAbsent(schema.pid(), schema));
                }
            }
        }
        return all;
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
