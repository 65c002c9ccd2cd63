package org.hearthd.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code hearth run} and {@code hearth serve}: the runtime in the foreground, until a signal or until it ends by itself. */
final class RunCommand {
    private static final int ALL_LEVELS = 7;
    private static final long SOURCE_TIMEOUT_S = 5;
    private static final long READY_TIMEOUT_S = 10;
    /** What the command {@code explain} says when waiting does not help. */
    private static final int SOMETHING_FAILED = 2;
    /** What a source registers under; see Source.URL in the api. */
    private static final String SOURCE_URL = "source.url";
    private static final String SOURCES = "(objectClass=org.hearthd.spi.Source)";

    private final Arguments arguments;
    private final Path dist;
    private final PrintStream out;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    RunCommand(Arguments arguments, Path dist, PrintStream out) {
        this.arguments = arguments;
        this.dist = dist;
        this.out = out;
    }

    /** Runs until the end; returns the exit code. */
    int run() throws LaunchException, IOException {
        Preload.begin();
        try (Home home = Home.open(arguments.home(), dist)) {
            Map<String, String> properties = Environment.properties(arguments, System.getenv(), ProcessHandle.current().pid());
            properties.put("hearth.dist", dist.toString());
            properties.put("hearth.storage", home.storage().toString());
            CompletableFuture<Void> asked = new CompletableFuture<>();
            Signals.handle("hearth", () -> asked.complete(null));
            Features features = Features.read(dist, Features.ofHearth(dist), properties);
            Container container = Container.start(features, home.storage(), ALL_LEVELS, false, end::complete);
            asked.thenRun(() -> new Thread(() -> end.complete(container.drain()), "orderly-end").start());
            try {
                awaitReady(container);
                return end.join();
            } finally {
                container.stop();
            }
        }
    }

    /** Whether that happened within the time, unless the runtime is to end before. */
    private boolean happens(CompletableFuture<Void> event, long seconds) {
        CompletableFuture.anyOf(event, end).completeOnTimeout(null, seconds, TimeUnit.SECONDS).join();
        return event.isDone();
    }

    private void awaitReady(Container container) throws LaunchException {
        CompletableFuture<Void> source = container.appearance(SOURCES);
        boolean hopeless = !source.isDone() && !end.isDone() && container.command("explain").orElse(0) == SOMETHING_FAILED;
        if ((hopeless || !happens(source, SOURCE_TIMEOUT_S)) && !end.isDone()) {
            if (!hopeless) {
                container.command("explain");
            }
            throw new LaunchException(LaunchException.FAILED,
                    "nothing listens; the log above says why. HOME is " + arguments.home());
        }
        if (!happens(container.appearance("(hearth.ready=true)"), READY_TIMEOUT_S) && !end.isDone()) {
            container.command("explain");
        }
        if (arguments.command().equals("run") && !end.isDone()) {
            banner(container.values(SOURCE_URL));
        }
    }

    private void banner(List<String> urls) {
        out.println("Hearth " + Main.version() + ", process " + ProcessHandle.current().pid());
        urls.forEach(url -> out.println("  listens on      " + url));
        out.println("  handler jars    " + arguments.home().resolve("deploy") + "   (drop a jar, it answers)");
        out.println("  configuration   " + arguments.home().resolve("config"));
        urls.stream().filter(url -> url.startsWith("http")).findFirst().ifPresent(url -> {
            out.println("Try:");
            out.println("  curl " + url + "hello");
            out.println("  cp " + quoted(Home.demo(dist, "2.0.0")) + " " + quoted(arguments.home().resolve("deploy/hello.jar")));
            out.println("  curl " + url + "hello");
        });
        out.flush();
    }

    /** As a word of the shell. */
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w./+@%:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
