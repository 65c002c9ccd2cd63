package org.hearthd.shell;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hearthd.transport.StreamConnection;

/** One client with its command; owns the connection. */
final class Conversation implements Runnable {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());

    private enum Phase {
        ASKING, RUNNING, ANSWERING
    }

    private final StreamConnection client;
    private final Function<List<String>, Answer> commands;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.ASKING);

    Conversation(StreamConnection client, Function<List<String>, Answer> commands) {
        this.client = client;
        this.commands = commands;
    }

    /** Reads the command, runs it and answers. */
    @Override
    public void run() {
        try (client) {
            Answer answer = answer();
            if (phase.getAndSet(Phase.ANSWERING) != Phase.ANSWERING) {
                answer.send(client.output());
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "a client of the control socket has gone: " + e.getMessage());
        }
    }

    private Answer answer() throws IOException {
        List<String> words;
        try {
            words = Request.read(client.input());
        } catch (ProtocolException e) {
            return Answer.failure(Answer.USAGE, e.getMessage());
        }
        phase.compareAndSet(Phase.ASKING, Phase.RUNNING);
        return phase.get() == Phase.RUNNING ? commands.apply(words) : Answer.failure(Answer.FAILED, "too late");
    }

    /** Ends it from outside: while a command runs the client is told why. */
    void end(String why) {
        if (phase.getAndSet(Phase.ANSWERING) == Phase.RUNNING) {
            refuse(Answer.FAILED, why);
        } else {
            client.close();
        }
    }

    /** Answers without running anything. */
    void refuse(int code, String why) {
        try (client) {
            Answer.failure(code, why).send(client.output());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "a client of the control socket has gone before its refusal: " + e.getMessage());
        }
    }
}
