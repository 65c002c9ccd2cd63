package org.hearthd.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** {@code hearth}; the only class that ends the process. */
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] line) {
        System.exit(run(line));
    }

    private static int run(String... line) {
        try {
            Arguments arguments = Arguments.parse(line);
            switch (arguments.command()) {
                case "help" :
                    System.out.print(Help.TEXT);
                    return 0;
                case "version" :
                    System.out.println("hearth " + version());
                    return 0;
                default :
                    PrintStream out = Logging.install(arguments.verbose());
                    return execute(arguments, out);
            }
        } catch (LaunchException e) {
            System.err.println("hearth: " + e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            System.err.println("hearth: " + e);
            return LaunchException.SYSTEM;
        } catch (RuntimeException e) {
            // a defect; without this the threads of the framework would keep the process alive
            System.getLogger(Main.class.getName()).log(System.Logger.Level.ERROR, "hearth has failed", e);
            return LaunchException.FAILED;
        }
    }

    private static int execute(Arguments arguments, PrintStream out) throws LaunchException, IOException {
        if (!arguments.command().equals("check")) {
            return new RunCommand(arguments, dist(), out).run();
        }
        // the check's own summary belongs on stdout
        System.setOut(out);
        return CheckCommand.run(arguments, dist());
    }

    /** The distribution: {@code lib/hearth-launcher-VERSION.jar} stands in it. */
    private static Path dist() throws LaunchException {
        try {
            Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return jar.getParent().getParent();
        } catch (URISyntaxException e) {
            throw new LaunchException(LaunchException.FAILED, "the distribution can not be found: " + e.getMessage(), e);
        }
    }

    /** The version of the distribution. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
