package org.hearthd.settings;

import java.util.List;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the room lifecycle which components are not there because they refuse their files. */
@Component(service = Supplier.class, property = "hearth.unready=configuration")
public final class Missing implements Supplier<List<String>> {
    private final ConfigurationGate gate;

    /** Asks that gate. */
    @Activate
    public Missing(@Reference ConfigurationGate gate) {
        this.gate = gate;
    }

    /** One line for each problem. */
    @Override
    public List<String> get() {
        return gate.missing();
    }
}
