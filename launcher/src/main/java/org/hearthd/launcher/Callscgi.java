package org.hearthd.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** {@code callscgi}: the runtime as a handler that passes requests on to an SCGI server. */
final class Callscgi {
    private static final String NAME = "callscgi";
    /** Handlers run, sources do not. */
    private static final int HANDLERS = 6;
    private static final int ALL_LEVELS = 7;
    private static final long RETRY_DELAY_MS = 1000;
    /** As the program that this one replaces: a server may think for ten minutes, and what runs at the end may end by itself. */
    private static final long SILENCE_MS = 600_000;
    private static final long DRAIN_MS = 86_400_000;
    private static final long READY_WARN_MS = 60_000;

    private final CallscgiArguments arguments;
    private final Path dist;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    /** Completed by the first signal. */
    private final CompletableFuture<Void> asked = new CompletableFuture<>();

    private Callscgi(CallscgiArguments arguments, Path dist) {
        this.arguments = arguments;
        this.dist = dist;
    }

    /** Runs until the end; returns the exit code. Usage errors give 1. */
    static int run(Path dist, String... line) throws LaunchException, IOException {
        GivenWords.check(line);
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        CallscgiArguments arguments = CallscgiArguments.parse(System.getenv("HOME"), uid, line);
        if (arguments.mode().equals(CallscgiArguments.HELP_MODE)) {
            System.out.print(CallscgiArguments.HELP);
            return 0;
        }
        String unix = "unix:";
        if (arguments.address().startsWith(unix)) {
            GivenWords.checkSocket(arguments.address().substring(unix.length()));
        }
        Loggers.plain(NAME, false);
        return new Callscgi(arguments, dist).run();
    }

    private int run() throws LaunchException, IOException {
        Preload.begin();
        // from now on there is something to clear up
        Signals.handle(NAME, () -> asked.complete(null));
        String temporary = System.getenv().getOrDefault("TMPDIR", System.getProperty("java.io.tmpdir"));
        try (TemporaryStorage storage = TemporaryStorage.open(Path.of(temporary), NAME)) {
            Map<String, String> properties = Environment.inherited(System.getenv(), ProcessHandle.current().pid());
            properties.put("hearth.dist", dist.toString());
            List<Path> files = List.of("htpipe/base.json", "netty.json", "callscgi/callscgi.json").stream()
                    .map(dist.resolve("features")::resolve).toList();
            Features features = Features.read(dist, files, properties);
            features.configurations().putAll(configurations());
            Container container = Container.start(features, storage.path(), HANDLERS, false, end::complete);
            try {
                return serve(container);
            } finally {
                container.stop();
            }
        }
    }

    private Map<String, Dictionary<String, Object>> configurations() {
        Dictionary<String, Object> scgi = new Hashtable<>(Map.of("handler", NAME, "mode", arguments.mode(), "retries",
                arguments.retries(), "retry.delay.ms", RETRY_DELAY_MS, "stdout", "inherit", "stderr", "inherit", "session", false,
                "essential", true, "socket.directory", CallscgiArguments.privateSockets(System.getenv("HOME"))));
        scgi.put("first.byte.timeout.ms", SILENCE_MS);
        scgi.put("idle.timeout.ms", SILENCE_MS);
        scgi.put("address", arguments.address());
        if (!arguments.program().isEmpty()) {
            scgi.put("command", Htpipe.words(arguments.program()));
            scgi.put("environment", CallersLocale.get().words());
        }
        return Map.of("org.hearthd.scgi~main", scgi, "org.hearthd.stdin", new Hashtable<>(Map.of("handler", NAME)),
                "org.hearthd.lifecycle", new Hashtable<>(Map.of("ready.warn.ms", READY_WARN_MS, "drain.timeout.ms", DRAIN_MS)));
    }

    private int serve(Container container) {
        if (asked.isDone()) {
            return 0;
        }
        container.raise(ALL_LEVELS).join();
        if (!container.appearance("(handler.name=" + NAME + ")").isDone()
                || !container.appearance("(objectClass=org.hearthd.spi.Source)").isDone() && !end.isDone()) {
            Loggers.withInformation(() -> container.command("explain"));
            return LaunchException.FAILED;
        }
        if (arguments.rehearsal()) {
            asked.complete(null);
        }
        asked.thenRun(() -> {
            // who ends by itself already needs no second end
            if (!end.isDone()) {
                new Thread(() -> end.complete(container.drain()), "orderly-end").start();
            }
        });
        return end.join();
    }
}
