package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Tells the shell's {@code why} which jars that are not in service have a handler: what runs in their place has it, or their component
 * descriptions name it, or, where there is nothing to read in them, they are called like it.
 */
@Component(service = Function.class, property = {"hearth.why=handler", "service.ranking:Integer=30"})
public final class JarReasons implements Function<String, List<String>> {
    private static final System.Logger LOG = System.getLogger(JarReasons.class.getName());
    private static final Pattern NAME = Pattern.compile("<property\\b[^>]*\\bname=\"" + Pattern.quote(Handler.NAME) + "\"[^>]*>");

    private final DeployDirectory deploy;

    /** Asks that room. */
    @Activate
    public JarReasons(@Reference DeployDirectory deploy) {
        this.deploy = deploy;
    }

    /** One line for each jar. */
    @Override
    public List<String> apply(String handler) {
        return deploy.failures().stream().filter(failure -> concerns(failure, handler))
                .map(failure -> failure.file() + " cannot be deployed: " + String.join(" ", failure.reason().split("\\s*\n\\s*"))
                        + (failure.running() == null ? "" : "; " + failure.running().getVersion() + " goes on"))
                .toList();
    }

    private boolean concerns(Deployer.Failure failure, String handler) {
        return runs(failure.running(), handler) || names(deploy.directory().resolve(failure.file()), handler);
    }

    private static boolean runs(Bundle bundle, String handler) {
        try {
            ServiceReference<?>[] services = bundle == null ? null : bundle.getRegisteredServices();
            return services != null && Arrays.stream(services).anyMatch(s -> handler.equals(s.getProperty(Handler.NAME)));
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> bundle + " was uninstalled by somebody else", e);
            return false;
        }
    }

    static boolean names(Path jar, String handler) {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream().filter(e -> e.getName().matches("OSGI-INF/[^/]+\\.xml")).toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    String description = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    if (NAME.matcher(description).results().anyMatch(p -> p.group().contains("value=\"" + handler + "\""))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, () -> jar + " can not be read: " + broken);
            return jar.getFileName().toString().matches(Pattern.quote(handler) + "([-_.].*)?\\.jar");
        }
    }
}
