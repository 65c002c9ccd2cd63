package org.hearthd.itests.handlers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Component;

/** Answers only once the file named by the query exists; says that it began by creating the same name with ".begun". */
@Component(property = {Handler.NAME + "=gate", Handler.PATH + "=/gate"})
public class Gate implements Handler {
    private static final long DEADLINE_SECONDS = 300;

    @Override
    public void handle(Exchange exchange) throws IOException {
        Path gate = Path.of(exchange.request().query());
        Files.createFile(gate.resolveSibling(gate.getFileName() + ".begun"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!Files.exists(gate) && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        exchange.respond(Response.text(200, "through"));
    }
}
