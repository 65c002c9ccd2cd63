package org.hearthd.process;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/**
 * Answers its argument, its process id and the rest string, one request after the other; the rest string {@code slow} takes 100 ms,
 * {@code die} ends it unanswered with status 1.
 */
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
            if (exchange.request().rest().equals("slow")) {
                new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
            }
            exchange.respond(Response.text(200, word + " " + ProcessHandle.current().pid() + " " + exchange.request().rest()));
        } catch (IOException | InterruptedException e) {
            exchange.abort();
        }
    }
}
