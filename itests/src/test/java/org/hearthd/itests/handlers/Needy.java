package org.hearthd.itests.handlers;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** A handler whose reference nobody satisfies at first. */
@Component(property = {Handler.NAME + "=needy", Handler.PATH + "=/needy"})
public class Needy implements Handler {
    private final Callable<String> need;

    /** Waits for a service that the test registers. */
    @Activate
    public Needy(@Reference(name = "need", target = "(test.need=true)") Callable<String> need) {
        this.need = need;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            exchange.respond(Response.text(200, need.call()));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the need failed", e);
        }
    }
}
