package org.hearthd.lifecycle;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Finds out which configured components do not work, and why. */
final class Components {
    /** Stands in the line of a component that will not work however long one waits. */
    static final String FAILED = "failed to start: ";
    private static final String CAUSE = "Caused by: ";
    /** Of exceptions whose messages are for people their names say nothing more. */
    private static final Pattern SPEAKING = Pattern.compile("^java\\.(?:lang\\.IllegalArgument|io\\.IO)Exception: ");
    private final Collection<ComponentDescriptionDTO> descriptions;
    private final Function<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> configurations;

    /**
     * A view of what SCR says.
     *
     * @param configurations the component configurations of a description
     */
    Components(Collection<ComponentDescriptionDTO> descriptions,
            Function<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> configurations) {
        this.descriptions = descriptions;
        this.configurations = configurations;
    }

    /**
     * One line for each component that should work with a configuration and does not.
     *
     * @param pid the configuration's PID
     * @param componentPid the PID that components name: the factory PID of a factory configuration, else {@code pid}
     */
    List<String> unready(String pid, String componentPid) {
        List<String> lines = new ArrayList<>();
        for (ComponentDescriptionDTO description : descriptions) {
            if (!Arrays.asList(description.configurationPid).contains(componentPid)) {
                continue;
            }
            List<ComponentConfigurationDTO> using = configurations.apply(description).stream().filter(c -> uses(c, pid)).toList();
            if (using.isEmpty()) {
                lines.add(pid + " has not reached component " + description.name);
            }
            // the component says the PID too
            using.stream().filter(Components::broken)
                    .forEach(c -> lines.add(pid + " " + why(c).replaceFirst(Pattern.quote(pid + ": "), "")));
        }
        return lines;
    }

    /** One line for each way in which a component of a bundle does not work. */
    List<String> unready(ComponentDescriptionDTO description) {
        String who = "component " + description.name + " of " + description.bundle.symbolicName + " ";
        Collection<ComponentConfigurationDTO> all = configurations.apply(description);
        if (all.isEmpty() && "require".equals(description.configurationPolicy)) {
            return List.of(who + "waits for a configuration, " + String.join(" or ", description.configurationPid));
        }
        return all.stream().filter(Components::broken).map(c -> who + why(c)).toList();
    }

    /** Whether a component names that PID. */
    boolean known(String componentPid) {
        return descriptions.stream().anyMatch(d -> Arrays.asList(d.configurationPid).contains(componentPid));
    }

    private static boolean broken(ComponentConfigurationDTO configuration) {
        return configuration.state != ComponentConfigurationDTO.ACTIVE
                && configuration.state != ComponentConfigurationDTO.SATISFIED;
    }

    /** With several PIDs a component configuration has a list of them. */
    private static boolean uses(ComponentConfigurationDTO configuration, String pid) {
        Object value = configuration.properties.get(Constants.SERVICE_PID);
        return value instanceof Collection<?> several
                ? several.contains(pid)
                : value instanceof Object[] array ? Arrays.asList(array).contains(pid) : pid.equals(value);
    }

    private static String why(ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> FAILED + reason(configuration.failure);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> "waits for " + references(configuration);
            default -> "waits for a configuration";
        };
    }

    /** What the component threw: its message has the noun, which the causes below it need not have. */
    private static String reason(String stackTrace) {
        if (stackTrace == null) {
            return "see the log";
        }
        List<String> lines = stackTrace.lines().toList();
        String thrown = lines.get(0);
        if (thrown.startsWith(InvocationTargetException.class.getName())) {
            thrown = lines.stream().filter(l -> l.startsWith(CAUSE)).findFirst().map(l -> l.substring(CAUSE.length()))
                    .orElse(thrown);
        }
        return SPEAKING.matcher(thrown).replaceFirst("");
    }

    /** References of constructors have no names but numbers, {@code $002}, which say nothing. */
    private static String references(ComponentConfigurationDTO configuration) {
        List<String> names = new ArrayList<>();
        for (UnsatisfiedReferenceDTO missing : configuration.unsatisfiedReferences) {
            String type = Arrays.stream(configuration.description.references).filter(r -> r.name.equals(missing.name))
                    .map((ReferenceDTO r) -> r.interfaceName).findFirst().orElse("?");
            String service = type + (missing.target == null ? "" : " with " + missing.target);
            names.add(missing.name.startsWith("$") ? service : "reference " + missing.name + " (" + service + ")");
        }
        return String.join(" and ", names);
    }
}
