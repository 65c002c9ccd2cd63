package org.hearthd.dispatch;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.SelfChecking;

/** Answers "checked"; its self-check is the given one. */
record Checked(Callable<?> check) implements Handler, SelfChecking {
    @Override
    public void selfCheck() throws Exception {
        check.call();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.respond(Response.text(200, "checked"));
    }
}
