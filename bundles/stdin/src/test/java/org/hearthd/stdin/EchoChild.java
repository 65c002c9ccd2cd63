package org.hearthd.stdin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.PacketSocket;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A persistent handler in a process of its own, which ends by itself after the end of descriptor 0. */
final class EchoChild {
    private EchoChild() {}

    public static void main(String[] args) throws Exception {
        PacketSocket.check(0, Path.of("/proc"));
        JunixStreams streams = new JunixStreams();
        Intake intake = new Intake(() -> streams, EchoChild::answer, List::of, () -> DescriptorBudget.NONE);
        intake.read(() -> new JunixDescriptors().adopt(0).dup(), new JunixPackets());
        intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS);
        intake.drain().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void answer(Exchange exchange) {
        try {
            exchange.respond(Response.text(200, exchange.request().rest()));
        } catch (IOException e) {
            exchange.abort();
        }
    }
}
