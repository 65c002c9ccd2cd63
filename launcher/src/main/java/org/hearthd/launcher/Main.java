package org.hearthd.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

/** {@code hearth}, or {@code htpipe} or {@code callscgi} if that is the first word; the only class that ends the process. */
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] line) {
        if (line.length > 0 && line[0].equals("htpipe")) {
            int code = run("htpipe", () -> Htpipe.run(dist(), Arrays.copyOfRange(line, 1, line.length)));
            // the program that this one replaces has one code for all failures
            System.exit(Math.min(code, LaunchException.FAILED));
        }
        if (line.length > 0 && line[0].equals("callscgi")) {
            int code = run("callscgi", () -> Callscgi.run(dist(), Arrays.copyOfRange(line, 1, line.length)));
            System.exit(Math.min(code, LaunchException.FAILED));
        }
        if (line.length > 0 && line[0].equals("ctl")) {
            System.exit(run("hearth", () -> Ctl.run(Arrays.copyOfRange(line, 1, line.length))));
        }
        System.exit(run("hearth", () -> hearth(line)));
    }

    private interface Program {
        int run() throws LaunchException, IOException;
    }

    private static int hearth(String... line) throws LaunchException, IOException {
        if (line.length > 0 && line[0].equals("load")) {
            return new LoadCommand(LoadArguments.parse(Arrays.copyOfRange(line, 1, line.length))).run();
        }
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
    }

    private static int run(String name, Program program) {
        try {
            return program.run();
        } catch (LaunchException e) {
            System.err.println(name + ": " + e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            System.err.println(name + ": " + e);
            return LaunchException.SYSTEM;
        } catch (RuntimeException e) {
            // a defect; without this the threads of the framework would keep the process alive
            System.getLogger(Main.class.getName()).log(System.Logger.Level.ERROR, name + " has failed", e);
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

    /**
     * The distribution, in whose {@code lib} the jar stands that was started. Not by the place of this class: in an archive of classes that
     * is where it was recorded, and since then the distribution may have been moved.
     */
    private static Path dist() throws IOException {
        return Path.of(System.getProperty("java.class.path")).toRealPath().getParent().getParent();
    }

    /** The version of the distribution. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
