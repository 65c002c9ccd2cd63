package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** A version of {@link Stamped} that can not be activated. */
@Component(service = Handler.class, property = {Handler.NAME + "=stamped", Handler.PATH + "=/stamped"})
public class StampedFailing extends Stamp {
    /** Fails. */
    @Activate
    public StampedFailing() {
        throw new IllegalStateException("the licence has expired");
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(exchange, "stamped", -1);
    }
}
