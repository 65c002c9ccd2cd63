package org.hearthd.itests.handlers;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** A handler that forgets a thread, which only its task gives away. */
@Component(service = Handler.class, property = {Handler.NAME + "=leaky", Handler.PATH + "=/leaky"})
public class Leaky implements Handler {
    /** Starts the thread. */
    @Activate
    public Leaky() {
        Thread forgotten = new Thread(new Idle(), "forgotten");
        forgotten.setDaemon(true);
        forgotten.setContextClassLoader(null);
        forgotten.start();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.respond(Response.text(200, "leaky"));
    }

    private static final class Idle implements Runnable {
        @Override
        public void run() {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
        }
    }
}
