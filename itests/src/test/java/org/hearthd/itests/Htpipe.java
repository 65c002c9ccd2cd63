package org.hearthd.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code bin/htpipe} as a process that is no client: servers, and what is refused. */
final class Htpipe implements AutoCloseable {
    final Process process;
    private final Path out;
    private final Path err;

    private Htpipe(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** A command line of {@code bin/htpipe} of the distribution, on the JDK of this test. */
    static ProcessBuilder command(Path directory, List<String> child, String... arguments) {
        ProcessBuilder builder = HearthProcess.program(directory, "htpipe", arguments);
        builder.command().addAll(child);
        return builder;
    }

    static Htpipe start(Path directory, ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile(directory, "htpipe", ".out");
        Path err = Files.createTempFile(directory, "htpipe", ".err");
        return new Htpipe(builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    }

    /** A server in the foreground, when it listens. */
    static Htpipe server(Path directory, String socket) throws Exception {
        return listening(directory, command(directory, EchoHandler.command(), "-S", socket), socket);
    }

    /** That server, when it listens. */
    static Htpipe listening(Path directory, ProcessBuilder builder, String socket) throws Exception {
        Path path = directory.resolve(socket);
        Object before = changed(path);
        Htpipe server = start(directory, builder);
        try {
            server.awaitSocket(path, before);
        } catch (Exception | AssertionError e) {
            server.close();
            throw e;
        }
        return server;
    }

    private void awaitSocket(Path socket, Object before) throws Exception {
        Await.until("a new socket " + socket, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue() + ": " + errors());
            }
            Object now = changed(socket);
            return now != null && !now.equals(before);
        });
    }

    /** When a path was made or changed; null if it is not there. The inode would not do: a new socket may get the old one's. */
    private static Object changed(Path path) throws IOException {
        try {
            return Files.getAttribute(path, "unix:ctime");
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    String output() throws IOException {
        return Files.readString(out);
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    void signal(String name) throws Exception {
        signal(process.pid(), name);
    }

    static void signal(long pid, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start().waitFor();
    }

    /** Ends the server that a client has started in the background for that socket, if there is one. */
    static void endDetached(Path socket) throws Exception {
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            Path line = Path.of("/proc", Long.toString(each.pid()), "cmdline");
            if (isServer(line, socket)) {
                signal(each.pid(), "TERM");
                Await.until("the end of the detached server " + each.pid(), () -> !isServer(line, socket));
            }
        }
    }

    private static boolean isServer(Path line, Path socket) {
        try {
            return Files.readString(line).contains("\0--detached\0-S\0--\0" + socket + "\0");
        } catch (IOException e) {
            return false;
        }
    }

    int awaitExit() throws Exception {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + errors());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
