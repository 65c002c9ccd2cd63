package org.hearthd.itests.handlers;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Stamps its answers with a number of its configuration, which changes while it runs; refuses negative ones. */
@Component(service = Handler.class, configurationPid = "org.example.tuned", configurationPolicy = ConfigurationPolicy.REQUIRE, property = {
    Handler.NAME + "=tuned", Handler.PATH + "=/tuned"})
@Designate(ocd = Tuned.Config.class)
public class Tuned extends Stamp {
    /** Configuration. */
    @ObjectClassDefinition
    public @interface Config {
        /** The stamp. */
        @AttributeDefinition(description = "the number, e.g. 7")
        long number();
    }

    private volatile long number;

    /** Takes the first number. */
    @Activate
    public Tuned(Config config) {
        number = checked(config);
    }

    /** Takes another one. */
    @Modified
    void modified(Config config) {
        number = checked(config);
    }

    private static long checked(Config config) {
        if (config.number() < 0) {
            throw new IllegalArgumentException("org.example.tuned: number=" + config.number() + " is negative");
        }
        return config.number();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(exchange, "tuned", number);
    }
}
