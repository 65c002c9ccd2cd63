package org.hearthd.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Says in plain words why a bundle or its components do not run. */
final class Explain {
    private final FrameworkWiring wiring;
    private final ServiceComponentRuntime components;

    Explain(FrameworkWiring wiring, ServiceComponentRuntime components) {
        this.wiring = wiring;
        this.components = components;
    }

    /** Why the bundle did not start. */
    String notStarted(Bundle bundle, Throwable failure) {
        if (isUnresolved(failure)) {
            return unresolved(bundle, failure.getMessage());
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return "it cannot be started: " + cause;
    }

    static boolean isUnresolved(Throwable failure) {
        return failure instanceof BundleException refused && refused.getType() == BundleException.RESOLVE_ERROR;
    }

    /** What the bundle lacks; the message if that can not be told. */
    String unresolved(Bundle bundle, String message) {
        List<String> missing = new ArrayList<>();
        for (BundleRequirement requirement : bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
            Map<String, String> directives = requirement.getDirectives();
            boolean matters = !"optional".equals(directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                    && !"dynamic".equals(directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                    && directives.getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, "resolve").equals("resolve");
            if (matters && wiring.findProviders(requirement).isEmpty()) {
                missing.add(missing(requirement));
            }
        }
        return missing.isEmpty() ? "it cannot be resolved: " + message : "no bundle offers " + String.join(" and ", missing);
    }

    private String missing(BundleRequirement requirement) {
        String filter = requirement.getDirectives().getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
        if (!requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
            return "the capability " + requirement.getNamespace() + " " + filter;
        }
        String name = filter.replaceFirst(".*\\(osgi\\.wiring\\.package=([^)]*)\\).*", "$1");
        String others = offers(name);
        return "the package " + name + " in the version it wants, " + filter
                + (others.isEmpty() ? "" : " (there is only " + others + ")");
    }

    private String offers(String packageName) {
        return Stream.of(wiring.getBundle().getBundleContext().getBundles()).map(bundle -> bundle.adapt(BundleRevision.class))
                .filter(revision -> revision != null)
                .flatMap(revision -> revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream())
                .filter(capability -> packageName.equals(capability.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(capability -> capability.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE) + " of "
                        + capability.getRevision().getSymbolicName())
                .collect(Collectors.joining(", "));
    }

    /** What the components of a started bundle wait for; empty when they wait for nothing. */
    String unsatisfied(Bundle bundle) {
        List<String> reasons = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(bundle)) {
            if (components.isComponentEnabled(description)) {
                reasons.addAll(reasons(description, components.getComponentConfigurationDTOs(description)));
            }
        }
        return String.join("; ", reasons);
    }

    /** Whether a bundle has any handler, in service or not. */
    static boolean hasHandlers(Bundle bundle) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services != null && Stream.of(services).anyMatch(service -> service.getProperty(Handler.NAME) != null);
    }

    /**
     * Whether a component of the bundle is there for that handler, even if it lacks a service or fails; not if it was disabled or its
     * configuration was deleted.
     */
    boolean provides(Bundle bundle, String handler) {
        return components.getComponentDescriptionDTOs(bundle).stream()
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .anyMatch(configuration -> configuration.state != ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION
                        && handler.equals(configuration.properties.get(Handler.NAME)));
    }

    /** Whether a component of the bundle has thrown when it was activated: waiting does not help. */
    boolean hasFailed(Bundle bundle) {
        return components.getComponentDescriptionDTOs(bundle).stream()
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .anyMatch(configuration -> configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION);
    }

    private static List<String> reasons(ComponentDescriptionDTO description, Collection<ComponentConfigurationDTO> states) {
        String component = "component " + description.name;
        String configuration = component + " waits for configuration " + String.join(", ", description.configurationPid);
        if (states.isEmpty() && "require".equals(description.configurationPolicy)) {
            return List.of(configuration);
        }
        List<String> reasons = new ArrayList<>();
        for (ComponentConfigurationDTO state : states) {
            if (state.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION) {
                reasons.add(configuration);
            } else if (state.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                reasons.add(component + " failed: " + cause(state.failure));
            }
            for (UnsatisfiedReferenceDTO reference : state.unsatisfiedReferences) {
                reasons.add(
                        component + " waits for reference " + reference.name + ": a service " + wanted(description, reference));
            }
        }
        return reasons;
    }

    /** The innermost cause of a stack trace: what an activation throws is wrapped by those who have called it. */
    private static String cause(String trace) {
        String caused = "Caused by: ";
        List<String> lines = trace.lines().toList();
        return lines.stream().filter(line -> line.startsWith(caused)).reduce((outer, inner) -> inner)
                .map(line -> line.substring(caused.length())).orElse(lines.isEmpty() ? "" : lines.get(0));
    }

    private static String wanted(ComponentDescriptionDTO description, UnsatisfiedReferenceDTO unsatisfied) {
        String type = Stream.of(description.references).filter(reference -> reference.name.equals(unsatisfied.name))
                .map(reference -> reference.interfaceName).findFirst().orElse("");
        return unsatisfied.target == null ? type : type + " with " + unsatisfied.target;
    }
}
