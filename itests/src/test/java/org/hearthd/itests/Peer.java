package org.hearthd.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A foreign program as a process; its output goes to files, and everything that it has started ends with it. */
final class Peer implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 60;
    private static final long ORDERLY_END_SECONDS = 10;

    /** What a program that has ended leaves. */
    record Result(List<String> command, int status, byte[] bytes, String errors) {
        String output() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        /** For the message of an assertion. */
        @Override
        public String toString() {
            return String.join(" ", command) + "\nstatus " + status + "\n" + output() + "\n" + errors;
        }
    }

    final Process process;
    private final List<String> command;
    private final Path out;
    private final Path err;

    private Peer(Process process, List<String> command, Path out, Path err) {
        this.process = process;
        this.command = command;
        this.out = out;
        this.err = err;
    }

    /** Starts a program; the first word is its name. The files of its output are made in that directory. */
    static Peer start(Path dir, String... command) throws IOException {
        return start(dir, new ProcessBuilder(command));
    }

    static Peer start(Path dir, ProcessBuilder builder) throws IOException {
        List<String> line = new java.util.ArrayList<>(builder.command());
        line.set(0, find(line.get(0)));
        Path out = Files.createTempFile(dir, "peer", ".out");
        Path err = Files.createTempFile(dir, "peer", ".err");
        builder.command(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return new Peer(builder.start(), line, out, err);
    }

    /** Runs a program to its end. */
    static Result run(Path dir, String... command) throws Exception {
        try (Peer peer = start(dir, command)) {
            return peer.await();
        }
    }

    /** Runs a program that has to succeed; returns what it wrote to its standard output. */
    static String output(Path dir, String... command) throws Exception {
        Result result = run(dir, command);
        if (result.status() != 0) {
            throw new AssertionError(result.toString());
        }
        return result.output();
    }

    /** Servers are outside the PATH of ordinary users. */
    private static String find(String name) {
        if (name.contains("/")) {
            return name;
        }
        String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
        return Arrays.stream(path.split(":")).map(dir -> Path.of(dir, name)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not installed; bin/verify installs it")).toString();
    }

    Result await() throws Exception {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + DEADLINE_SECONDS + " s: " + this);
        }
        return new Result(command, process.exitValue(), Files.readAllBytes(out),
                Files.readString(err, StandardCharsets.ISO_8859_1));
    }

    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
    }

    /** Both outputs so far. */
    String text() {
        try {
            return Files.readString(out, StandardCharsets.ISO_8859_1) + Files.readString(err, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "(output not readable: " + e + ")";
        }
    }

    @Override
    public String toString() {
        return String.join(" ", command) + "\n" + text();
    }

    /** Asks the program to end; what is left of it and its children after a while is killed. */
    @Override
    public void close() throws Exception {
        List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        process.destroy();
        if (!process.waitFor(ORDERLY_END_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
        }
        family.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
    }
}
