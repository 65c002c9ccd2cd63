package org.hearthd.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.stream.Collectors;
import org.hearthd.launcher.load.Load;
import org.hearthd.launcher.load.Plan;
import org.hearthd.launcher.load.Tally;
import org.hearthd.launcher.load.ToldVersion;

/** {@code hearth load}: every request is counted; the last line says what came of them. */
final class LoadCommand {
    /** Before anything counts, so that the client's own start is not taken for the server's. */
    private static final Duration WARM_UP = Duration.ofMillis(500);
    private final LoadArguments arguments;
    private final PrintStream out = System.out;

    LoadCommand(LoadArguments arguments) {
        this.arguments = arguments;
    }

    /** Returns 0 if no request failed. */
    int run() throws LaunchException, IOException {
        Plan plan = arguments.plan();
        look(plan);
        out.printf("%,d requests/s for %d s on %d connections: %s%n", plan.rate(), plan.time().toSeconds(), plan.connections(),
                plan.urls().stream().map(Object::toString).collect(Collectors.joining(" ")));
        Load load = Load.start(plan, ToldVersion::new, out::println);
        Signals.handle("hearth", load::stop);
        Tally tally = load.await();
        String fate = OldLoader.fate(arguments.home(), tally.versions());
        out.println(tally.verdict() + (fate.isEmpty() ? "" : ", " + fate));
        return tally.failed() == 0 ? 0 : LaunchException.FAILED;
    }

    /** A server that does not answer now is no subject for load. */
    private static void look(Plan plan) throws LaunchException, IOException {
        Tally first = Load.start(plan.lasting(WARM_UP), ToldVersion::new, line -> {}).await();
        if (first.failed() > 0) {
            throw new LaunchException(LaunchException.FAILED,
                    plan.urls() + " does not answer before the load begins: " + first.examples().get(0));
        }
    }
}
