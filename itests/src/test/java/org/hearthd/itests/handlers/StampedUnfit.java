package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.SelfChecking;
import org.osgi.service.component.annotations.Component;

/** A version of {@link Stamped} that does not pass its own check. */
@Component(service = Handler.class, property = {Handler.NAME + "=stamped", Handler.PATH + "=/stamped"})
public class StampedUnfit extends Stamp implements SelfChecking {
    @Override
    public void selfCheck() throws IOException {
        throw new IOException("the database does not answer");
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(exchange, "stamped", -1);
    }
}
