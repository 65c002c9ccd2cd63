package org.hearthd.deploy;

import java.util.Collection;
import java.util.Hashtable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Lets several bundles of one symbolic name, and even of one version, live beside each other without being wired to each other:
 * bnd makes a bundle import what it exports, so a new one would run with the classes of the old one and keep it alive.
 */
final class Revisions implements ResolverHookFactory, ResolverHook, CollisionHook {
    private final Set<Bundle> hidden = ConcurrentHashMap.newKeySet();

    /** Takes effect until the registration goes. */
    ServiceRegistration<?> register(BundleContext context) {
        return context.registerService(new String[] {ResolverHookFactory.class.getName(), CollisionHook.class.getName()}, this,
                new Hashtable<>());
    }

    /** Nobody else is wired to that bundle from now on: it is not in service yet, or not any more. */
    void hide(Bundle bundle) {
        hidden.add(bundle);
    }

    /** Others may be wired to that bundle again. */
    void show(Bundle bundle) {
        hidden.remove(bundle);
    }

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        return this;
    }

    @Override
    public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
        candidates.removeIf(candidate -> isForeign(requirement, candidate.getRevision()));
    }

    private boolean isForeign(BundleRequirement requirement, BundleRevision provider) {
        BundleRevision requirer = requirement.getRevision();
        if (provider == requirer || !Installer.isDeployed(provider.getBundle())) {
            return false;
        }
        return provider.getSymbolicName().equals(requirer.getSymbolicName())
                || hidden.contains(provider.getBundle()) && !requirement.getNamespace().equals(HostNamespace.HOST_NAMESPACE);
    }

    @Override
    public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> collisions) {
        if (Installer.isDeployed(singleton.getRevision().getBundle())) {
            collisions.removeIf(other -> Installer.isDeployed(other.getRevision().getBundle()));
        }
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
        // all may be resolved
    }

    @Override
    public void end() {
        // nothing is kept for one resolution
    }

    @Override
    public void filterCollisions(int operation, Bundle target, Collection<Bundle> collisions) {
        collisions.removeIf(Installer::isDeployed);
    }
}
