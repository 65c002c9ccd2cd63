package org.hearthd.lifecycle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Tells the shell's {@code why} which components of a handler do not work: those that name it, and those whose configuration does. */
@Component(service = Function.class, property = {"hearth.why=handler", "service.ranking:Integer=10"})
public final class HandlerReasons implements Function<String, List<String>> {
    private static final String NAME = "handler.name";
    private static final String KEY = "handler";

    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime runtime;

    /** Asks only when it is asked. */
    @Activate
    public HandlerReasons(@Reference ConfigurationAdmin configurations, @Reference ServiceComponentRuntime runtime) {
        this.configurations = configurations;
        this.runtime = runtime;
    }

    /** One line for each component that does not work; none if there is nothing to say. */
    @Override
    public List<String> apply(String handler) {
        Collection<ComponentDescriptionDTO> descriptions = runtime.getComponentDescriptionDTOs();
        Components components = new Components(descriptions, runtime::getComponentConfigurationDTOs);
        Set<String> lines = new LinkedHashSet<>();
        try {
            Configuration[] all = configurations.listConfigurations(null);
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                lines.addAll(unready(handler, configuration, components));
            }
        } catch (IOException | InvalidSyntaxException e) {
            lines.add("the configurations can not be listed: " + e.getMessage());
        }
        descriptions.stream().filter(d -> handler.equals(d.properties.get(NAME)))
                .forEach(d -> lines.addAll(components.unready(d)));
        return new ArrayList<>(lines);
    }

    private static List<String> unready(String handler, Configuration configuration, Components components) {
        try {
            String pid = configuration.getPid();
            String factory = configuration.getFactoryPid();
            Object named = configuration.getProperties() == null ? null : configuration.getProperties().get(KEY);
            boolean byFileName = named == null && factory != null && pid.equals(factory + "~" + handler);
            if (!handler.equals(named) && !byFileName) {
                return List.of();
            }
            List<String> lines = components.unready(pid, factory == null ? pid : factory);
            return lines.isEmpty() && !components.known(factory == null ? pid : factory)
                    ? List.of(pid + " is not taken by any component")
                    : lines;
        } catch (IllegalStateException deletedSince) {
            return List.of();
        }
    }
}
