package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.hearthd.dispatch.Handlers;
import org.hearthd.settings.TestFramework;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** This room in a real framework, with the real Declarative Services, and the operator's side of it: files and the log. */
final class Room implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("org.hearthd.deploy");

    final List<String> log = new CopyOnWriteArrayList<>();
    final Path home;
    final Path deploy;
    final Bundle bundle;
    final TestHandlers handlers;
    final TestFramework framework;
    private final Handler capture = new Handler() {
        @Override
        public void publish(LogRecord line) {
            log.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    /** Installed, not started. */
    Room(Path home) throws Exception {
        this.home = home;
        LOGGER.addHandler(capture);
        LOGGER.setUseParentHandlers(false);
        deploy = Files.createDirectories(home.resolve("deploy"));
        // the interfaces of room dispatch, for the test's own handlers
        framework = new TestFramework(home.resolve("storage"), "org.hearthd.dispatch;version=1.0.0",
                Map.of("hearth.home", home.toString()));
        for (String name : List.of("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component",
                "org.apache.felix.configadmin", "org.apache.felix.scr")) {
            framework.install(name).start();
        }
        handlers = new TestHandlers(context());
        context().registerService(Handlers.class, handlers, null);
        bundle = context().installBundle(Path.of(System.getProperty("bundle")).toUri().toString());
    }

    BundleContext context() {
        return framework.context();
    }

    /** Starts with this configuration; the shortest pauses are the default. */
    void start(Map<String, Object> configuration) throws Exception {
        framework.configure("org.hearthd.deploy", configuration);
        bundle.start();
        until(() -> commands() != null, "it is active");
    }

    void start() throws Exception {
        start(Map.of("poll.ms", 50, "gc.interval.ms", 300L));
    }

    private ServiceReference<?>[] commands() throws Exception {
        return context().getAllServiceReferences(null, "(osgi.command.function=deployments)");
    }

    /** The service of the shell command, null while there is none. */
    Object command() throws Exception {
        ServiceReference<?>[] found = commands();
        return found == null ? null : context().getService(found[0]);
    }

    /** What the command says about a file; empty if it says nothing. */
    Map<String, Object> row(String file) throws Exception {
        Object command = command();
        if (command == null) {
            return Map.of();
        }
        @SuppressWarnings("unchecked") // what a command of the shell returns
        List<Map<String, Object>> rows = (List<Map<String, Object>>) command.getClass().getMethod("deployments").invoke(command);
        return rows.stream().filter(row -> row.get("file").equals(file)).findFirst().orElse(Map.of());
    }

    String state(String file) throws Exception {
        return String.valueOf(row(file).get("state"));
    }

    /** By rename, as a careful operator does. */
    void put(String name, Jars jar) throws IOException {
        Files.move(jar.write(home.resolve("new")), deploy.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(String name) throws IOException {
        Files.delete(deploy.resolve(name));
    }

    List<Bundle> bundles(String file) {
        return Stream.of(context().getBundles()).filter(one -> one.getLocation().startsWith("deploy:" + file + "#"))
                .sorted(Comparator.comparing(Bundle::getBundleId)).toList();
    }

    /** The one bundle that was installed from a file, active; null if there is none or it is not. */
    Bundle active(String file) {
        List<Bundle> found = bundles(file).stream().filter(one -> one.getState() == Bundle.ACTIVE).toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    /** Whether that version of the file is all that there is of it. */
    boolean runs(String file, String version) {
        List<Bundle> found = bundles(file);
        return found.size() == 1 && found.get(0).getState() == Bundle.ACTIVE
                && found.get(0).getVersion().toString().equals(version);
    }

    String mark(String file) throws IOException {
        try {
            return Files.readString(deploy.resolve(file + ".failed"));
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    boolean logged(String part) {
        return log.stream().anyMatch(line -> line.contains(part));
    }

    long count(String part) {
        return log.stream().filter(line -> line.contains(part)).count();
    }

    void until(Callable<Boolean> condition, String what) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; log: " + String.join("\n", log));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Override
    public void close() throws Exception {
        framework.close();
        LOGGER.removeHandler(capture);
    }
}
