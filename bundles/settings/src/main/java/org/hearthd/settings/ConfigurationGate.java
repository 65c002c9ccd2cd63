package org.hearthd.settings;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Stands before File Install's own installer: a file that is not in order is refused and what ran before goes on, every other
 * file is passed through. A refused file is looked at again when it changes, and when a bundle is installed or updated: the
 * configuration of a handler may be there before the handler.
 *
 * <p>File Install asks the installer with the highest ranking first, but only one that is registered before its first scan gets
 * every file; hence the start levels (settings 4, File Install 5). Nothing thrown may reach File Install: it would forget the
 * file until it changes.
 */
@Component(service = {ArtifactInstaller.class,
    ConfigurationGate.class}, immediate = true, property = "service.ranking:Integer=1000")
public final class ConfigurationGate implements ArtifactInstaller, BundleListener {
    private static final System.Logger LOG = System.getLogger(ConfigurationGate.class.getName());

    private static final String FILE_INSTALL = "(objectClass=org.osgi.service.cm.ConfigurationListener)";

    private final BundleContext context;
    private final Metatypes metatypes;
    private final ConstructorCheck constructors;
    private final FailedComponents failed;
    private final Map<File, List<Problem>> refused = new ConcurrentSkipListMap<>();
    private final Set<File> waitingRemovals = new HashSet<>();
    private final Set<File> applied = ConcurrentHashMap.newKeySet();
    private ArtifactInstaller installer;

    /** Made by Declarative Services. */
    @Activate
    public ConfigurationGate(BundleContext context, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.constructors = ConstructorCheck.ofRooms(context);
        this.failed = new FailedComponents(components);
        this.metatypes = new Metatypes(context);
        context.addBundleListener(this);
    }

    @Deactivate
    void deactivate() {
        context.removeBundleListener(this);
    }

    /** File Install's own installer is the one that also listens to configurations. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = FILE_INSTALL)
    synchronized void setInstaller(ArtifactInstaller installer) {
        this.installer = installer;
        retry();
    }

    synchronized void unsetInstaller(ArtifactInstaller gone) {
        if (installer == gone) {
            installer = null;
        }
    }

    /** Takes every file, so that neither a jar nor a typed .config file in the configuration directory slips past. */
    @Override
    public boolean canHandle(File file) {
        return true;
    }

    @Override
    public synchronized void install(File file) {
        offer(file);
    }

    @Override
    public synchronized void update(File file) {
        offer(file);
    }

    @Override
    public synchronized void uninstall(File file) {
        if (!ConfigurationName.isConfiguration(file.getName())) {
            return;
        }
        boolean neverApplied = refused.remove(file) != null && !applied.contains(file);
        if (neverApplied) {
            return; // there may be a configuration of that PID from elsewhere: it is not ours to delete
        }
        if (installer == null) {
            waitingRemovals.add(file);
            return;
        }
        try {
            applied.remove(file);
            installer.uninstall(file);
        } catch (Exception failed) {
            LOG.log(System.Logger.Level.ERROR, "The configuration of the deleted " + file + " cannot be removed", failed);
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.INSTALLED || event.getType() == BundleEvent.UPDATED) {
            retry();
        }
    }

    /** The files that are not in effect as they are now, and why. Waits for nobody. */
    Map<File, List<Problem>> refused() {
        return Map.copyOf(refused);
    }

    /** What components refuse of files that configure nothing: the runtime is without what they mean. Waits for nobody. */
    List<String> missing() {
        return refused.entrySet().stream().filter(entry -> !applied.contains(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream()).filter(Problem::component).map(Problem::toString).toList();
    }

    private synchronized void retry() {
        new ArrayList<>(refused.keySet()).forEach(this::offer);
        if (installer != null && !waitingRemovals.isEmpty()) {
            List<File> removals = List.copyOf(waitingRemovals);
            waitingRemovals.clear();
            removals.forEach(this::uninstall);
        }
    }

    private void offer(File file) {
        if (!ConfigurationName.isConfiguration(file.getName())) {
            if (!ConfigurationName.isQuiet(file.getName())) {
                LOG.log(System.Logger.Level.WARNING, "{0}: ignored: only files whose names end in .cfg are read", file);
            }
            return;
        }
        waitingRemovals.remove(file);
        List<Problem> problems = problems(file);
        if (problems == null) {
            return;
        }
        if (problems.isEmpty()) {
            problems = apply(file);
        }
        List<Problem> before = problems.isEmpty() ? refused.remove(file) : refused.put(file, problems);
        if (!problems.isEmpty() && !problems.equals(before)) {
            problems.forEach(problem -> LOG.log(System.Logger.Level.WARNING, "{0}", problem));
            LOG.log(System.Logger.Level.WARNING, "{0} is refused; {1}", file,
                    applied.contains(file) ? "the configuration from before goes on" : "nothing is configured by it");
        } else if (problems.isEmpty() && before != null) {
            LOG.log(System.Logger.Level.INFO, "{0} is in order now", file);
        }
    }

    private List<Problem> apply(File file) {
        if (installer == null) {
            return List.of(new Problem(file.toString(), 0, "", "waits for File Install and ConfigAdmin"));
        }
        try {
            ConfigurationName name = ConfigurationName.of(file.getName());
            List<ComponentDescriptionDTO> again = failed.of(name);
            if (!again.isEmpty() && name.isFactory()) {
                installer.uninstall(file); // the other instances go on
                applied.remove(file);
            }
            installer.install(file);
            applied.add(file);
            if (!again.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "{0}: what could not be started with it before is started again", file);
            }
            if (!name.isFactory()) {
                again.forEach(failed::restart);
            }
            return List.of();
        } catch (Exception refusal) {
            return List.of(new Problem(file.toString(), 0, "", "cannot be applied: " + refusal));
        }
    }

    /** What is wrong with the file; null when it has gone, which File Install tells us by itself. */
    private List<Problem> problems(File file) {
        try {
            if (!QuietFile.await(file)) {
                return List.of(new Problem(file.toString(), 0, "", "is still being written; it is read when that has ended"));
            }
            byte[] content = Files.readAllBytes(file.toPath());
            return new ConfigurationCheck(metatypes.all(), context::getProperty, constructors).check(file.toString(),
                    file.getName(), content);
        } catch (IOException unreadable) {
            return file.exists() ? List.of(new Problem(file.toString(), 0, "", "cannot be read: " + unreadable)) : null;
        }
    }
}
