package org.hearthd.itests.handlers;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.SelfChecking;
import org.osgi.service.component.annotations.Component;

/** A new {@link Stamped} whose self-check does not end by itself, so that it never comes into service. */
@Component(service = Handler.class, property = {Handler.NAME + "=stamped", Handler.PATH + "=/stamped"})
public class Sticky extends Stamp implements SelfChecking {
    @Override
    public void selfCheck() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(exchange, "stamped", 0);
    }
}
