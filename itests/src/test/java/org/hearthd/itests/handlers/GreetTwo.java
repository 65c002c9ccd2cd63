package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Component;

/** Second version of a hot-deployed handler. */
@Component(property = {Handler.NAME + "=greet", Handler.PATH + "=/greet"})
public class GreetTwo implements Handler {
    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.respond(Response.text(200, "two"));
    }
}
