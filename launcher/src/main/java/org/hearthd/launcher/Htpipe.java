package org.hearthd.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.hearthd.launcher.HtpipeArguments.Mode;
import org.hearthd.launcher.HtpipeArguments.Purpose;

/** {@code htpipe}: the runtime as one end of htpipe(1). {@code lib/htpipe.jar} has its bundles on the class path. */
final class Htpipe {
    /** What the probe says where a server accepts. */
    static final int SOMEBODY = 0;
    /** What the probe says where nobody listens. */
    static final int NOBODY = 2;
    private static final String NAME = "htpipe";
    private static final String NATIVE_LIBRARY = "org.newsclub.net.unix.library.override";
    /** Less than the framework has for its end, with some seconds for SIGTERM. */
    private static final long CHILD_END_MS = 20_000;
    /** The probe can be asked. */
    private static final int PROBE = 3;
    /** Handlers run, sources do not. */
    private static final int HANDLERS = 6;
    /** Fewer than may wait in front of the way out: whoever sends faster than the other end takes is made to wait, not refused. */
    private static final int PROGRESS = 500;
    private static final int ALL_LEVELS = 7;
    private static final long HANDLER_TIMEOUT_S = 30;

    private final HtpipeArguments arguments;
    private final Path dist;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    /** Completed by the first signal. */
    private final CompletableFuture<Void> asked = new CompletableFuture<>();

    private Htpipe(HtpipeArguments arguments, Path dist) {
        this.arguments = arguments;
        this.dist = dist;
    }

    /** Runs until the end; returns the exit code. Usage errors give 1. */
    static int run(Path dist, String... line) throws LaunchException, IOException {
        HtpipeArguments arguments = HtpipeArguments.parse(line);
        if (arguments.mode() == Mode.HELP) {
            System.out.print(HtpipeArguments.HELP);
            return 0;
        }
        GivenWords.check(line);
        GivenWords.checkSocket(arguments.socket());
        Loggers.plain(NAME, arguments.purpose() == Purpose.DETACHED);
        return new Htpipe(arguments, dist).run();
    }

    private int run() throws LaunchException, IOException {
        Preload.begin();
        // from now on there is something to clear up
        Signals.handle(NAME, () -> asked.complete(null));
        Path temporary = TemporaryStorage.place(System.getenv(), Path.of("/dev/shm"), Path.of("/proc/self/mounts"));
        try (TemporaryStorage storage = TemporaryStorage.open(temporary, NAME)) {
            Map<String, String> properties = Environment.inherited(System.getenv(), ProcessHandle.current().pid());
            properties.put("hearth.dist", dist.toString());
            Features features = Features.read(dist, files(), properties);
            useNativeLibrary(features.properties().get("hearth.native.library"));
            Container container = Container.start(features, storage.path(), PROBE, true, end::complete);
            try {
                // meanwhile: the transport loads its native library with the first question
                CompletableFuture<Void> raised = container.raise(HANDLERS);
                if (!asked.isDone() && !reachable(container, properties)) {
                    return LaunchException.FAILED;
                }
                return asked.isDone() ? 0 : serve(container, raised);
            } finally {
                container.stop();
            }
        }
    }

    /** What is on the class path finds no library in its jar. A library that the user names goes first. */
    private void useNativeLibrary(String name) throws LaunchException {
        if (System.getProperty(NATIVE_LIBRARY) != null) {
            return;
        }
        Path library = dist.resolve("lib/" + System.getProperty("os.arch") + "-Linux-clang/jni").resolve(name);
        if (!Files.isReadable(library)) {
            throw new LaunchException(LaunchException.FAILED, "the native library " + library + " can not be read");
        }
        System.setProperty(NATIVE_LIBRARY, library.toString());
    }

    private List<Path> files() {
        Path directory = dist.resolve("features/htpipe");
        return List.of(directory.resolve("base.json"),
                directory.resolve(arguments.mode() == Mode.SERVER ? "server.json" : "client.json"));
    }

    private Map<String, Dictionary<String, Object>> server() {
        return Map.of("org.hearthd.htpipe.server~main",
                new Hashtable<>(Map.of("address", address(), "handler", NAME, "progress.max", PROGRESS)),
                "org.hearthd.process~main",
                new Hashtable<>(Map.of("handler", NAME, "command", words(arguments.child()), "environment",
                        CallersLocale.get().words(), "essential", true, "session", false, "stdout", "inherit", "stderr",
                        "inherit", "end.eof.ms", CHILD_END_MS)));
    }

    private Map<String, Dictionary<String, Object>> client() {
        return Map.of("org.hearthd.htpipe.client~main", new Hashtable<>(Map.of("address", address(), "handler", NAME)),
                "org.hearthd.stdin", new Hashtable<>(Map.of("handler", NAME, "progress.max", PROGRESS)));
    }

    private String address() {
        return "unix:" + arguments.socket();
    }

    /** Room process takes several values as words, and splits a single one like a shell: a backslash keeps a character as it is. */
    static String[] words(List<String> child) {
        return child.size() > 1 ? child.toArray(new String[0]) : new String[] {child.get(0).replaceAll("(?s)(.)", "\\\\$1")};
    }

    private int serve(Container container, CompletableFuture<Void> raised) throws LaunchException {
        container.configure(arguments.mode() == Mode.SERVER ? server() : client());
        raised.join();
        // registered is not bound: the first request must find it
        container.settle(HANDLER_TIMEOUT_S);
        if (!container.appearance("(handler.name=" + NAME + ")").isDone()) {
            Loggers.withInformation(() -> container.command("explain"));
            throw new LaunchException(LaunchException.FAILED, "what was given makes no handler");
        }
        // a child that can not be executed has ended it already: nobody is to connect
        boolean begin = !end.isDone() && !asked.isDone();
        if (begin) {
            container.raise(ALL_LEVELS).join();
        }
        if (begin && !container.appearance("(objectClass=org.hearthd.spi.Source)").isDone() && !end.isDone()) {
            Loggers.withInformation(() -> container.command("explain"));
            return LaunchException.FAILED;
        }
        if (arguments.purpose() == Purpose.REHEARSAL) {
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

    /**
     * Looks before anything is started: a client needs a server, a server a place of its own. False if the probe has said why not; true
     * where a signal has made it pointless.
     */
    private boolean reachable(Container container, Map<String, String> properties) throws LaunchException {
        boolean server = arguments.mode() == Mode.SERVER;
        if (server && properties.containsKey("hearth.listen.fds")) {
            // the socket may be one that is handed over to this process
            return true;
        }
        int found = probe(container);
        if (found == NOBODY && arguments.mode() == Mode.AUTO) {
            if (ask(container, "htpipe.parent") != 0) {
                // nobody would need the server
                return false;
            }
            found = new DetachedServer(dist.resolve("bin/htpipe"), arguments, () -> probe(container), asked::isDone).start();
        }
        if (asked.isDone()) {
            return true;
        }
        if (found == NOBODY && !server) {
            throw new LaunchException(LaunchException.FAILED, "nobody listens on " + arguments.socket());
        }
        if (found == SOMEBODY && server) {
            throw new LaunchException(LaunchException.FAILED, arguments.socket() + " is in use by a running server");
        }
        return found == (server ? NOBODY : SOMEBODY);
    }

    private int probe(Container container) {
        return ask(container, "htpipe.probe", arguments.socket());
    }

    private static int ask(Container container, String command, String... words) {
        return container.command(command, words).orElseThrow(() -> new IllegalStateException("no bundle offers " + command));
    }
}
