package org.hearthd.itests;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hearthd.Exchange;
import org.hearthd.ashd.Requests;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A persistent handler of ashd(7) as a process of its own, which stamps its answers with the number on its command line. */
final class StampedChild extends Stamp {
    private static final int THREADS = 32;
    private final long number;

    private StampedChild(long number) {
        this.number = number;
    }

    /** The command line that starts it. */
    static List<String> command(long number) {
        return List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp", System.getProperty("java.class.path"), StampedChild.class.getName(), Long.toString(number));
    }

    /** Serves until the end of descriptor 0, and then finishes what it has. */
    public static void main(String[] args) throws IOException {
        StampedChild child = new StampedChild(Long.parseLong(args[0]));
        JunixStreams streams = new JunixStreams();
        PacketConnection connection = new JunixPackets().adopt(new JunixDescriptors().adopt(0));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Requests.receive(connection, () -> streams, "child", exchange -> threads.execute(() -> child.handle(exchange)));
        threads.shutdown();
    }

    @Override
    public void handle(Exchange exchange) {
        try (exchange) {
            answer(exchange, "child", number);
        } catch (IOException e) {
            exchange.abort();
        }
    }
}
