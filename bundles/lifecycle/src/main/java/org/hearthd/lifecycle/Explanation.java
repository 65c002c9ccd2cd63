package org.hearthd.lifecycle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hearthd.dispatch.Dispatcher;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Collects what the runtime still waits for. */
final class Explanation {
    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime runtime;

    Explanation(BundleContext context, ConfigurationAdmin configurations, ServiceComponentRuntime runtime) {
        this.context = context;
        this.configurations = configurations;
        this.runtime = runtime;
    }

    /**
     * One line for each thing that is missing; none = ready.
     *
     * @param dispatcher null while there is none
     */
    List<String> lines(Dispatcher dispatcher, boolean anySource) {
        if (starting()) {
            return List.of("the framework is starting");
        }
        List<String> lines = new ArrayList<>(components());
        if (!anySource) {
            lines.add("no source takes requests");
        }
        if (dispatcher == null) {
            lines.add("no dispatcher is there (org.hearthd.dispatch.Dispatcher)");
        } else {
            lines.addAll(dispatcher.unready());
        }
        return lines;
    }

    /** The launcher may raise the start level step by step after the framework has started. */
    boolean starting() {
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
        int level = framework.adapt(FrameworkStartLevel.class).getStartLevel();
        return framework.getState() != Bundle.ACTIVE || Arrays.stream(context.getBundles()).filter(b -> b != framework)
                .map(b -> b.adapt(BundleStartLevel.class)).anyMatch(b -> b.isPersistentlyStarted() && b.getStartLevel() > level);
    }

    private List<String> components() {
        List<String> lines = new ArrayList<>();
        Components components = new Components(runtime.getComponentDescriptionDTOs(), runtime::getComponentConfigurationDTOs);
        try {
            Configuration[] all = configurations.listConfigurations(null);
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                lines.addAll(unready(components, configuration));
            }
        } catch (IOException | InvalidSyntaxException e) {
            lines.add("the configurations can not be listed: " + e.getMessage());
        }
        return lines;
    }

    private static List<String> unready(Components components, Configuration configuration) {
        try {
            String factory = configuration.getFactoryPid();
            return components.unready(configuration.getPid(), factory == null ? configuration.getPid() : factory);
        } catch (IllegalStateException deletedSince) {
            return List.of();
        }
    }
}
