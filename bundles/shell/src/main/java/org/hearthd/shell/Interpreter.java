package org.hearthd.shell;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.threadio.ThreadIO;

/**
 * Runs one command, given as words. Gogo finds the function and calls it, but never parses anything: the words are passed as they
 * are, whatever they would mean in Gogo's language.
 */
final class Interpreter {
    private static final System.Logger LOG = System.getLogger(Interpreter.class.getName());
    private static final String JSON = "--json";
    private static final String NO_SUCH_ARGUMENTS = "Cannot coerce ";

    private final CommandProcessor processor;
    private final ThreadIO streams;
    private final Supplier<Map<String, String>> catalogue;

    /** @param catalogue the help for each command, by name */
    Interpreter(CommandProcessor processor, ThreadIO streams, Supplier<Map<String, String>> catalogue) {
        this.processor = processor;
        this.streams = streams;
        this.catalogue = catalogue;
    }

    /** @param words {@code --json} if the answer is for a program, the command, its arguments */
    Answer run(List<String> words) {
        LOG.log(Level.DEBUG, () -> "command " + words);
        boolean json = !words.isEmpty() && words.get(0).equals(JSON);
        List<String> line = json ? words.subList(1, words.size()) : words;
        Map<String, String> commands = catalogue.get();
        if (line.isEmpty()) {
            return Answer.failure(Answer.USAGE, "no command given; there are:\n" + Catalogue.list(commands).stripTrailing());
        }
        String name = line.get(0);
        if (name.equals("help")) {
            return new Answer(json ? Json.of(commands) + "\n" : Catalogue.list(commands), "", 0);
        }
        String help = commands.get(name);
        if (help == null) {
            return Answer.failure(Answer.USAGE,
                    "unknown command " + Text.printable(name) + "; there are:\n" + Catalogue.list(commands).stripTrailing());
        }
        return call(name, new ArrayList<>(line.subList(1, line.size())), help, json);
    }

    private Answer call(String name, List<Object> arguments, String help, boolean json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            Object result = call(name, arguments, out, err);
            // what it printed by itself is not JSON
            String printed = out.toString(StandardCharsets.UTF_8);
            return json
                    ? new Answer(Json.of(result) + "\n", printed + err.toString(StandardCharsets.UTF_8), 0)
                    : new Answer(printed + Text.of(result), err.toString(StandardCharsets.UTF_8), 0);
        } catch (Exception | LinkageError e) {
            LOG.log(Level.DEBUG, () -> "command " + name + " has failed", e);
            if (e instanceof IllegalArgumentException && String.valueOf(e.getMessage()).startsWith(NO_SUCH_ARGUMENTS)) {
                return Answer.failure(Answer.USAGE, "usage: hearth ctl " + help);
            }
            // Gogo unwraps exceptions, but no errors
            Throwable thrown = e instanceof InvocationTargetException ? e.getCause() : e;
            String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
            return Answer.failure(Answer.FAILED, name + ": " + Text.of(message).stripTrailing());
        }
    }

    private Object call(String name, List<Object> arguments, ByteArrayOutputStream out, ByteArrayOutputStream err)
            throws Exception {
        InputStream in = InputStream.nullInputStream();
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream complained = new PrintStream(err, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(in, printed, complained)) {
            if (!(session.get(Catalogue.SCOPE + ":" + name) instanceof Function function)) {
                throw new IllegalStateException("the command has just gone away");
            }
            streams.setStreams(in, printed, complained);
            try {
                return function.execute(session, arguments);
            } finally {
                streams.close();
            }
        }
    }
}
