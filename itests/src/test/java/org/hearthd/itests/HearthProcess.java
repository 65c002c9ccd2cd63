package org.hearthd.itests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code bin/hearth run} as a process of its own, driven through files, signals and a real client. */
final class HearthProcess implements AutoCloseable {
    static final Path ROOT = Path.of(System.getProperty("root.dir")).toAbsolutePath().normalize();
    static final Path DIST = ROOT.resolve("launcher/target/dist");
    private static final Pattern URL = Pattern.compile("http://[^ /]+:[1-9][0-9]*");

    final Path home;
    final Process process;
    final Ctl ctl;
    private final Path out;
    private final Path err;
    private final HttpClient client = HttpClient.newHttpClient();

    private HearthProcess(Path home, Process process, Path out, Path err) {
        this.home = home;
        this.process = process;
        this.ctl = new Ctl(home);
        this.out = out;
        this.err = err;
    }

    /** Starts on a free port and waits until the banner says that it is ready. */
    static HearthProcess ready(Path home) throws Exception {
        return ready(home, command("run", "--port", "0", "--home", home.toString()));
    }

    /** The same with a limit of descriptors. */
    static HearthProcess ready(Path home, int descriptors) throws Exception {
        ProcessBuilder builder = command("run", "--port", "0", "--home", home.toString());
        builder.command().addAll(0, List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
        return ready(home, builder);
    }

    private static HearthProcess ready(Path home, ProcessBuilder builder) throws Exception {
        HearthProcess hearth = start(home, builder);
        try {
            hearth.awaitUrl();
        } catch (Exception | AssertionError e) {
            hearth.close();
            throw e;
        }
        return hearth;
    }

    /** Starts any command; the two outputs go to files beside HOME. */
    static HearthProcess start(Path home, ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile(home.getParent(), "hearth", ".out");
        Path err = Files.createTempFile(home.getParent(), "hearth", ".err");
        return new HearthProcess(home, builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    }

    /** The command line of {@code bin/hearth}, on the JDK of this test. */
    static ProcessBuilder command(String... arguments) {
        List<String> line = new ArrayList<>(List.of(ROOT.resolve("bin/hearth").toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** The command line of another program of the distribution, on the JDK of this test; all its files are in that directory. */
    static ProcessBuilder program(Path dir, String name, String... arguments) {
        List<String> line = new ArrayList<>(List.of(DIST.resolve("bin").resolve(name).toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).directory(dir.toFile());
        builder.environment().putAll(
                Map.of("JAVA_HOME", System.getProperty("java.home"), "TMPDIR", dir.toString(), "HOME", dir.toString()));
        return builder;
    }

    void awaitUrl() throws Exception {
        Await.until("the banner of " + this, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue() + ": " + errors());
            }
            return URL.matcher(output()).find();
        });
    }

    String url(String path) throws IOException {
        Matcher url = URL.matcher(output());
        if (!url.find()) {
            throw new AssertionError("no URL in " + output() + errors());
        }
        return url.group() + path;
    }

    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofSeconds(60)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Waits until the answer of a path has this status and contains this text. */
    void awaitAnswer(String path, int status, String text) throws Exception {
        Await.until(path + " answers " + status + " " + text + "\n" + errors(), () -> {
            HttpResponse<String> answer = get(path);
            return answer.statusCode() == status && answer.body().contains(text);
        });
    }

    /** Copies beside the deploy directory and renames, as a careful operator does. */
    void deploy(Path jar, String name) throws IOException {
        Path beside = home.resolve(name + ".part");
        Files.copy(jar, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, home.resolve("deploy").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** At once, so that nobody reads half of it. */
    void configure(String file, String text) throws IOException {
        Path beside = Files.writeString(home.resolve(file + ".part"), text);
        Files.move(beside, home.resolve("config").resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a HOME as the first start does, and one file more in its configuration. */
    static Path home(Path home, String file, String text) throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        try (Stream<Path> files = Files.list(DIST.resolve("config"))) {
            for (Path one : files.toList()) {
                Files.copy(one, config.resolve(one.getFileName()));
            }
        }
        Files.writeString(config.resolve(file), text);
        return home;
    }

    String output() throws IOException {
        return Files.readString(out);
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    void awaitLog(String regex) throws Exception {
        awaitLog(regex, 1);
    }

    void awaitLog(String regex, int times) throws Exception {
        Pattern pattern = Pattern.compile(regex);
        try {
            Await.until(times + " log lines " + regex, () -> pattern.matcher(errors()).results().count() >= times);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " in\n" + errors(), e);
        }
    }

    long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return open.count();
        }
    }

    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
    }

    int awaitExit() throws Exception {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + errors());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly();
        process.waitFor();
    }
}
