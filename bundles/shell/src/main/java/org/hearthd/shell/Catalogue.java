package org.hearthd.shell;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Which commands there are at the moment: those of Gogo's scope {@code hearth}. What stands in the service property
 * {@value #HELP}, as {@code NAME ARGUMENTS: what it does}, is told to people.
 */
final class Catalogue {
    static final String SCOPE = "hearth";
    static final String HELP = "hearth.help";
    private static final String FUNCTION = "osgi.command.function";
    private static final String FILTER = "(&(osgi.command.scope=" + SCOPE + ")(" + FUNCTION + "=*))";

    private final BundleContext context;

    Catalogue(BundleContext context) {
        this.context = context;
    }

    /** Help by name, in the order of the names. */
    Map<String, String> commands() {
        Map<String, String> commands = new TreeMap<>();
        try {
            ServiceReference<?>[] services = context.getServiceReferences((String) null, FILTER);
            for (ServiceReference<?> service : services == null ? new ServiceReference<?>[0] : services) {
                for (String name : strings(service.getProperty(FUNCTION))) {
                    commands.merge(name, help(service, name), (a, b) -> a.contains(": ") ? a : b);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(FILTER, e);
        }
        return commands;
    }

    private static String help(ServiceReference<?> service, String name) {
        return Arrays.stream(strings(service.getProperty(HELP)))
                .filter(line -> line.startsWith(name + ":") || line.startsWith(name + " ")).findFirst().orElse(name);
    }

    private static String[] strings(Object property) {
        return property instanceof String[] several
                ? several
                : property instanceof String one ? new String[] {one} : new String[0];
    }

    /** A line for each command, aligned. */
    static String list(Map<String, String> commands) {
        int width = commands.values().stream().mapToInt(help -> usage(help).length()).max().orElse(0);
        return commands.values().stream().map(help -> {
            String usage = usage(help);
            String what = help.length() > usage.length() ? help.substring(usage.length() + 1).strip() : "";
            return ("  " + usage + " ".repeat(width - usage.length() + 2) + what).stripTrailing() + "\n";
        }).collect(Collectors.joining());
    }

    /** The name and the arguments. */
    static String usage(String help) {
        int colon = help.indexOf(": ");
        return colon < 0 ? help : help.substring(0, colon);
    }
}
