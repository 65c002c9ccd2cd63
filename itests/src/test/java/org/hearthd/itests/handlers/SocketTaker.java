package org.hearthd.itests.handlers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** Takes the response socket and answers on it through whatever transport there is, naming the implementation. */
@Component(property = {Handler.NAME + "=taker", Handler.PATH + "=/taker"})
public class SocketTaker implements Handler {
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;

    @Override
    public void handle(Exchange exchange) throws IOException {
        StreamTransport transport = streams;
        try (StreamConnection socket = transport.adopt(exchange.takeSocket())) {
            byte[] body = socket.input().readAllBytes();
            String text = transport.getClass().getPackageName() + " " + new String(body, StandardCharsets.ISO_8859_1);
            socket.output().write(ResponseHead.of(200, Headers.of("Content-Type", "text/plain")).encode());
            socket.output().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
