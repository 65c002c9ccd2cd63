package org.hearthd.settings;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.promise.Deferred;
import org.osgi.util.promise.Promise;
import org.osgi.util.promise.Promises;

/**
 * Components that could not be started with their configuration. Declarative Services (Felix SCR 2.2.18) would not start one again that has
 * a modified method: a change counts as delivered, though there is no instance to which it could have been.
 */
final class FailedComponents {
    private static final System.Logger LOG = System.getLogger(FailedComponents.class.getName());

    private final ServiceComponentRuntime runtime;
    /** The names of those of which nobody can say yet what they start with. */
    private final Set<String> restarting = ConcurrentHashMap.newKeySet();
    private Promise<Void> last = Promises.resolved(null);

    FailedComponents(ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /** Those that have what this file configured before, and no instance. */
    List<ComponentDescriptionDTO> of(ConfigurationName name) {
        return runtime.getComponentDescriptionDTOs().stream()
                .filter(description -> Arrays.asList(description.configurationPid).contains(name.pid()))
                .filter(description -> canBeEnded(description, name))
                .filter(description -> restarting.contains(description.name)
                        || configurations(description).stream().anyMatch(c -> uses(c, name.servicePid()) && hasNoInstance(c)))
                .toList();
    }

    private Collection<ComponentConfigurationDTO> configurations(ComponentDescriptionDTO description) {
        try {
            return runtime.getComponentConfigurationDTOs(description);
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, description.name + " has gone with its bundle meanwhile", e);
            return List.of();
        }
    }

    /** Whether deleting the file's configuration ends the instance, or there is only one, which can be started anew. */
    private static boolean canBeEnded(ComponentDescriptionDTO description, ConfigurationName name) {
        return !name.isFactory() || "require".equals(description.configurationPolicy);
    }

    /** One that is being started may fail yet, and the change be delivered to nobody. */
    private static boolean hasNoInstance(ComponentConfigurationDTO configuration) {
        return configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION
                || configuration.state == ComponentConfigurationDTO.SATISFIED && configuration.description.immediate;
    }

    /** With several PIDs a component configuration has a list of them. */
    private static boolean uses(ComponentConfigurationDTO configuration, String pid) {
        Object value = configuration.properties.get(Constants.SERVICE_PID);
        return value instanceof Collection<?> several
                ? several.contains(pid)
                : value instanceof Object[] array ? Arrays.asList(array).contains(pid) : pid.equals(value);
    }

    /** Starts a component anew with the configuration that it has then; one at a time, and nobody waits. */
    synchronized void restart(ComponentDescriptionDTO description) {
        Deferred<Void> done = new Deferred<>();
        Promise<Void> before = last;
        last = done.getPromise();
        restarting.add(description.name);
        // what is thrown, as for a bundle that has gone meanwhile, becomes a failure like any other
        before.onResolve(() -> Promises.resolved((Void) null).then(begun -> runtime.disableComponent(description))
                .then(disabled -> runtime.enableComponent(description))
                .onFailure(failure -> LOG.log(Level.ERROR, description.name + " can not be started again", failure))
                .onResolve(() -> {
                    restarting.remove(description.name);
                    done.resolve(null);
                }));
    }
}
