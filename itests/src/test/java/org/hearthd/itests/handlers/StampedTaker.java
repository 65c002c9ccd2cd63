package org.hearthd.itests.handlers;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Takes the response socket; the stamp of what it writes there is the number of transports that there have been so far. Header
 * {@code X-Transport} names the implementation.
 */
@Component(service = Handler.class, property = {Handler.NAME + "=taker", Handler.PATH + "=/taker"})
public class StampedTaker extends Stamp {
    private volatile Map.Entry<StreamTransport, Long> numbered;

    /** Called before the old one goes. */
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, unbind = "-")
    void take(StreamTransport transport) {
        numbered = Map.entry(transport, numbered == null ? 1 : numbered.getValue() + 1);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Map.Entry<StreamTransport, Long> now = numbered;
        String query = exchange.request().query();
        try (StreamConnection socket = now.getKey().adopt(exchange.takeSocket())) {
            socket.input().transferTo(OutputStream.nullOutputStream());
            Headers head = head(query, "taker", now.getValue()).with("X-Transport", now.getKey().getClass().getPackageName());
            socket.output().write(ResponseHead.of(200, head).encode());
            write(socket.output(), query, now.getValue());
        }
    }
}
