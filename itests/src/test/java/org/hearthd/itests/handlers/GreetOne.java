package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Component;

/** First version of a hot-deployed handler. */
@Component(property = {Handler.NAME + "=greet", Handler.PATH + "=/greet"})
public class GreetOne implements Handler {
    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.respond(Response.text(200, "one"));
    }
}
