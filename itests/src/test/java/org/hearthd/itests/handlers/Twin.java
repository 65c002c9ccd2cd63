package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Stamps its answers with the last number of its bundle's version. */
@Component(service = Handler.class, property = {Handler.NAME + "=twin", Handler.PATH + "=/twin"})
public class Twin extends Stamp {
    private final long number;

    /** Reads the version. */
    @Activate
    public Twin(BundleContext context) {
        number = context.getBundle().getVersion().getMicro();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(exchange, "twin", number);
    }
}
