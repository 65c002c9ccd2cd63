package org.hearthd.process;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Answers its argument, its process id and the rest string; the rest string {@code die} ends it unanswered with status 1. */
final class JavaChild {
    private JavaChild() {}

    public static void main(String[] args) throws Exception {
        JunixStreams streams = new JunixStreams();
        PacketConnection connection = new JunixPackets().adopt(new JunixDescriptors().adopt(0));
        System.err.println("begins");
        Requests.receive(connection, () -> streams, "child", exchange -> answer(args[0], exchange));
        System.err.println("ends");
    }

    private static void answer(String word, Exchange exchange) {
        try {
            if (exchange.request().rest().equals("die")) {
                throw new AssertionError("told to die");
            }
            exchange.respond(Response.text(200, word + " " + ProcessHandle.current().pid() + " " + exchange.request().rest()));
        } catch (IOException e) {
            exchange.abort();
        }
    }
}
