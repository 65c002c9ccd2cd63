package org.hearthd.deploy;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/** One jar of the directory and what runs of it. Guarded by the deployer's lock. */
final class Deployment {
    /** The file name. */
    final String file;
    /** Grows with each deployment: of two jars with the same symbolic name the later one wins. */
    long order;
    /** What the file holds; null when it is broken or was not looked at yet. */
    BundleJar offered;
    /** What is to be tried next; null when there is nothing to do. */
    BundleJar next;
    /** What is in service; null when nothing is. */
    Running running;
    /** The attempt that is under way; null when there is none. */
    Swap swap;
    /** The last attempt, if its bundle could not be resolved: it stays installed and is tried again. */
    Swap unresolved;
    /** Why the file is not in service, empty when it is or may be soon. */
    String failure = "";
    /** Why the file is left alone though nothing is wrong with it; empty when it is not. */
    String standby = "";
    /** What the {@link #failure} was of what is in service as far as it works; empty when all of it works. */
    String ailment = "";
    /** What should run and does not, because it was stopped for something that has failed; null when there is nothing of that kind. */
    Restorer.Outage outage;
    /** The file is gone; what runs of it goes as soon as it may. */
    boolean removed;
    /** The version before this one. */
    String previous = "";
    /** What has become of the class loader of the bundle that was replaced last. */
    String oldLoader = "";
    /** The bundle that was replaced or removed last; null if there was none. */
    Running retired;
    /** Replaced bundles that are not uninstalled yet. */
    final List<Running> draining = new ArrayList<>();
    /** When the components are looked at, in the time of System.nanoTime; meaningful while {@link #checkDue}. */
    long checkAt;
    /** Whether the components are to be looked at. */
    boolean checkDue;
    /** What was last reported about the components, empty when all is well. */
    String complaint = "";

    Deployment(String file) {
        this.file = file;
    }

    /** Whether this is what there is of that bundle, now or soon. */
    boolean holds(String symbolicName) {
        return runs(symbolicName)
                || swap != null && swap.jar.symbolicName().equals(symbolicName)
                || next != null && next.symbolicName().equals(symbolicName);
    }

    boolean runs(String symbolicName) {
        return running != null && running.jar().symbolicName().equals(symbolicName);
    }

    boolean offers(String symbolicName) {
        return offered != null && offered.symbolicName().equals(symbolicName);
    }

    /** Whether the file could take over from another one that goes. */
    boolean isStandby() {
        return !removed && !standby.isEmpty() && failure.isEmpty();
    }

    private String state(ToLongFunction<Bundle> inProgress) {
        if (swap != null) {
            return running == null ? "starting" : "swapping";
        }
        if (!failure.isEmpty()) {
            return "failed: " + failure.replaceAll("\\s*\n\\s*", " ") + (outage == null ? "" : "; " + outage);
        }
        if (outage != null) {
            return "failed: " + outage;
        }
        if (!standby.isEmpty()) {
            return standby;
        }
        String drain = draining.stream()
                .map(old -> old.jar().version() + " draining " + inProgress.applyAsLong(old.bundle()) + " requests")
                .collect(Collectors.joining(", "));
        if (removed) {
            return drain.isEmpty() ? "removed" : "removed, " + drain;
        }
        if (running == null) {
            return drain.isEmpty() ? "waiting" : drain;
        }
        if (!drain.isEmpty()) {
            return "active, " + drain;
        }
        return switch (running.bundle().getState()) {
            case Bundle.ACTIVE -> active();
            case Bundle.UNINSTALLED -> "uninstalled by somebody else";
            default -> "installed";
        };
    }

    private String active() {
        boolean handles = Explain.hasHandlers(running.bundle());
        if (complaint.isEmpty()) {
            return handles ? "active" : "active (a library: no handlers)";
        }
        return (handles ? "active, but " : "waiting: ") + complaint;
    }

    /**
     * For people and programs.
     *
     * @param inProgress how many requests a bundle has in progress
     */
    Map<String, Object> row(ToLongFunction<Bundle> inProgress) {
        BundleJar jar = running == null ? offered : running.jar();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("file", file);
        row.put("bundle", jar == null ? "" : jar.symbolicName());
        row.put("version", jar == null ? "" : jar.version().toString());
        row.put("state", state(inProgress));
        row.put("since", running == null ? "" : running.since().truncatedTo(ChronoUnit.SECONDS).toString());
        row.put("previous", previous);
        row.put("old loader", oldLoader);
        return row;
    }

    @Override
    public String toString() {
        return file + " (" + (running == null ? "nothing" : running.jar().identity()) + ")";
    }
}
