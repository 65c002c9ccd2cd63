package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** What a test inside the container does from outside: files, requests, the log. */
final class Container extends Handler {
    private final BundleContext context;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final SimpleFormatter formatter = new SimpleFormatter();
    private final HttpClient client = HttpClient.newHttpClient();

    Container(BundleContext context) {
        this.context = context;
        Logger.getLogger("").addHandler(this);
    }

    Path home() {
        return Path.of(context.getProperty("hearth.home"));
    }

    private String url() throws Exception {
        ServiceReference<?>[] sources = context.getAllServiceReferences(null, "(source.url=http:*)");
        return sources == null ? null : (String) sources[0].getProperty("source.url");
    }

    void awaitSource() throws Exception {
        Await.until("a source listens\n" + log, () -> url() != null);
    }

    int port() throws Exception {
        return URI.create(url()).getPort();
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url()).resolve(path)).build());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url()).resolve(path)).POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    void awaitAnswer(String path, int status, String text) throws Exception {
        Await.until(path + " answers " + status + " " + text, () -> {
            HttpResponse<String> answer = get(path);
            return answer.statusCode() == status && answer.body().contains(text);
        });
    }

    /** The row of a command of {@code hearth ctl} in which that column has that value. */
    Map<?, ?> row(String command, String column, String value) throws Exception {
        ServiceReference<?> reference = context.getAllServiceReferences(null, "(osgi.command.function=" + command + ")")[0];
        Object commands = context.getService(reference);
        List<?> rows = (List<?>) commands.getClass().getMethod(command).invoke(commands);
        return rows.stream().map(row -> (Map<?, ?>) row).filter(row -> row.get(column).equals(value)).findFirst().orElseThrow(
                () -> new AssertionError(command + " has no row with " + column + " " + value + ": " + rows));
    }

    /** How many requests for that handler have had to wait so far. */
    long parkedEver(String handler) throws Exception {
        return (Long) row("handlers", "name", handler).get("parked ever");
    }

    List<Bundle> bundles(String symbolicName) {
        return Stream.of(context.getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).toList();
    }

    /** The only one. */
    Bundle bundle(String symbolicName) {
        List<Bundle> all = bundles(symbolicName);
        assertEquals(symbolicName + " is installed once: " + all, 1, all.size());
        return all.get(0);
    }

    void deploy(String jar, String name) throws IOException {
        Path beside = home().resolve(name + ".part");
        Files.copy(home().resolve(jar), beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, home().resolve("deploy").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    void configure(String file, String text) throws IOException {
        Files.writeString(home().resolve("config").resolve(file), text);
    }

    void awaitLog(String regex) throws Exception {
        try {
            Await.until("log line " + regex, () -> log.stream().anyMatch(l -> l.matches(regex)));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " in " + log, e);
        }
    }

    @Override
    public void publish(LogRecord entry) {
        log.add(formatter.formatMessage(entry) + (entry.getThrown() == null ? "" : " " + entry.getThrown()));
    }

    @Override
    public void flush() {
        // Every record is kept at once.
    }

    /** Removes what the test deployed and waits until it is gone. */
    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
        try (Stream<Path> jars = Files.list(home().resolve("deploy"))) {
            for (Path jar : jars.toList()) {
                Files.delete(jar);
            }
            Await.until("deployed bundles are gone",
                    () -> Stream.of(context.getBundles()).noneMatch(b -> b.getLocation().startsWith("deploy:")));
        } catch (Exception e) {
            throw new AssertionError("clean-up", e);
        }
    }
}
