package org.example.hello;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Says hello, which version of it does, and what it was asked. */
@Component(property = {Handler.NAME + "=hello", Handler.PATH + "=/hello", Handler.NON_BLOCKING + ":Boolean=true"})
public final class Hello implements Handler {
    private final String greeting;

    /** Reads the version that the build wrote into this bundle. */
    @Activate
    public Hello() throws IOException {
        try (InputStream version = Hello.class.getResourceAsStream("version")) {
            greeting = "Hello from hello " + new String(version.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String asked = exchange.request().method() + ", rest \"" + exchange.request().rest() + "\"";
        exchange.respond(Response.text(200, greeting + " (" + asked + ")\n"));
    }
}
