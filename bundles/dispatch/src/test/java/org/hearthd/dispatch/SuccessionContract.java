package org.hearthd.dispatch;

import java.util.function.Predicate;
import org.hearthd.Handler;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.BeforeEach;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** Two bundles, of which one runs and the other is to take over. Requests wait for long. */
abstract class SuccessionContract extends HouseTest {
    static final String NONE = "no handler of that name is registered";
    /** What is withdrawn does not return. */
    static final Predicate<String> NEVER = name -> false;

    Bundle one;
    Bundle two;

    @DispatchConfig(park_timeout_ms = 60_000)
    private interface Patient {}

    @Override
    Class<?> config() {
        return Patient.class;
    }

    @BeforeEach
    void bundles() throws Exception {
        one = house.install("some.handler.one", "1.0.0");
        two = house.install("some.handler.two", "2.0.0");
        one.start();
    }

    static ServiceRegistration<Handler> register(Bundle bundle, Handler handler, Object... namesAndValues) {
        return bundle.getBundleContext().registerService(Handler.class, handler, House.properties(namesAndValues));
    }

    static void awaitComplete(Succession succession) {
        Await.until("the successor is complete", () -> succession.missing().isEmpty());
    }
}
