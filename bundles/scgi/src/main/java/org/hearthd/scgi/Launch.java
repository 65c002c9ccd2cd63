package org.hearthd.scgi;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hearthd.process.Output;
import org.hearthd.process.Program;
import org.hearthd.process.Words;

/**
 * Who starts the servers, as configured.
 *
 * @param program null in client mode
 * @param sockets where anonymous sockets are made, or null for the handler's own directory
 * @param termMs from SIGTERM to SIGKILL
 * @param essential whether the runtime ends if the first attempt to connect fails for good
 */
record Launch(Mode mode, Program program, Path sockets, Retry retry, Restart restart, long termMs, boolean essential) {
    /** The modes of callscgi(1). */
    enum Mode {
        CLIENT, ANONYMOUS, LAUNCHING, MIXED
    }

    /** How often a request tries to connect while nobody listens, and when. */
    record Retry(int times, long delayMs) {}

    /** First and longest pause before another start, and what a good program's life is, in milliseconds. */
    record Restart(long minMs, long maxMs, long goodMs) {}

    static Launch of(Settings.Check check, String handler, ScgiConfig c) {
        Mode mode = Arrays.stream(Mode.values()).filter(m -> m.name().toLowerCase(Locale.ROOT).equals(c.mode())).findFirst()
                .orElseThrow(() -> check.wrong("mode", c.mode() + " is not client, anonymous, launching or mixed"));
        Retry retry = new Retry((int) check.range("retries", c.retries(), mode == Mode.MIXED ? 1 : 0, 1_000_000),
                check.time("retry.delay.ms", c.retry_delay_ms()));
        if (c.restart_delay_min_ms() > c.restart_delay_max_ms()) {
            throw check.wrong("restart.delay.min.ms",
                    c.restart_delay_min_ms() + " is more than restart.delay.max.ms " + c.restart_delay_max_ms());
        }
        Restart restart = new Restart(check.time("restart.delay.min.ms", c.restart_delay_min_ms()),
                check.time("restart.delay.max.ms", c.restart_delay_max_ms()),
                check.time("restart.good.ms", c.restart_good_ms()));
        int addresses = Settings.words(c.address()).size();
        if (mode == Mode.ANONYMOUS && addresses > 0) {
            throw check.wrong("address", "is of no use in mode anonymous, whose socket is private");
        }
        if ((mode == Mode.LAUNCHING || mode == Mode.MIXED) && addresses != 1) {
            throw check.wrong("address", "has to be exactly one in mode " + c.mode());
        }
        return new Launch(mode, program(check, mode, handler, c), socketDirectory(check, c.socket_directory()), retry, restart,
                check.range("end.term.ms", c.end_term_ms(), 0, 3_600_000), c.essential());
    }

    private static Path socketDirectory(Settings.Check check, String name) {
        if (name.isBlank()) {
            return null;
        }
        Path directory = Path.of(name);
        if (!directory.isAbsolute()) {
            throw check.wrong("socket.directory", name + " is not an absolute path");
        }
        if (SocketDirectory.length(directory) > SocketDirectory.LONGEST) {
            throw check.wrong("socket.directory", name + " has " + SocketDirectory.length(directory) + " bytes, at most "
                    + SocketDirectory.LONGEST + " are possible");
        }
        return directory;
    }

    private static Program program(Settings.Check check, Mode mode, String handler, ScgiConfig c) {
        List<String> command = words(check, "command", c.command());
        if (mode == Mode.CLIENT) {
            if (!command.isEmpty()) {
                throw check.wrong("command", "is of no use in mode client, which starts nothing");
            }
            return null;
        }
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw check.wrong("command", "is missing, mode " + c.mode() + " starts a program");
        }
        boolean survives = mode != Mode.ANONYMOUS;
        Program.Environment environment = environment(check, c);
        try {
            return new Program("scgi " + handler, command, c.directory().isBlank() ? null : Path.of(c.directory()),
                    environment,
                    output(check, "stdout", c.stdout(), survives), output(check, "stderr", c.stderr(), survives), c.session(),
                    survives);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(check.pid() + ": command " + e.getMessage(), e);
        }
    }

    private static Output output(Settings.Check check, String key, String name, boolean survives) {
        if (name.isBlank()) {
            return survives ? Output.INHERIT : Output.LOG;
        }
        try {
            return Output.named(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(check.pid() + ": " + key + " " + e.getMessage(), e);
        }
    }

    private static Program.Environment environment(Settings.Check check, ScgiConfig c) {
        try {
            return Program.Environment.of(c.environment_inherit(), c.environment());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(check.pid() + ": environment " + e.getMessage(), e);
        }
    }

    private static List<String> words(Settings.Check check, String key, String... values) {
        try {
            return Words.of(values);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(check.pid() + ": " + key + " " + e.getMessage(), e);
        }
    }
}
