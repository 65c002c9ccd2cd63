package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** A handler that can not run twice in one JVM. */
@Component(service = Handler.class, property = {Handler.NAME + "=sole", Handler.PATH + "=/sole",
    Handler.EXCLUSIVE + ":Boolean=true"})
public class Sole implements Handler {
    private static final String OWNER = "org.example.sole.owner";
    private final String version;

    /** Takes what there is only once. */
    @Activate
    public Sole(BundleContext context) {
        version = context.getBundle().getVersion().toString();
        String owner = System.getProperties().putIfAbsent(OWNER, version) instanceof String taken ? taken : "";
        if (!owner.isEmpty()) {
            throw new IllegalStateException("it is taken by " + owner);
        }
    }

    @Deactivate
    void release() {
        System.getProperties().remove(OWNER);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.respond(Response.text(200, version));
    }
}
