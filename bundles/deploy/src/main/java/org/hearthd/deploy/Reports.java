package org.hearthd.deploy;

import org.osgi.framework.Bundle;

/** Says what was done and what was not: in the log, in the row of the deployment and in the file beside the jar. */
final class Reports {
    private static final System.Logger LOG = System.getLogger(Reports.class.getName());
    private static final String NEXT = "replace the jar or delete it";

    private final FailedMark marks;

    Reports(FailedMark marks) {
        this.marks = marks;
    }

    /** The file is not taken. */
    void failed(Deployment deployment, String what, String tried, String reason) {
        report(deployment, what, tried, reason, deployment.running, NEXT);
    }

    /** An attempt has failed. */
    void failed(Swap swap) {
        if (swap.old == null && swap.candidate.getState() == Bundle.ACTIVE) {
            report(swap.deployment, swap.jar.identity(), swap.tried(), swap.reason(), "what works of it",
                    NEXT + "; it is in service as soon as it works");
        } else if (swap.outage().isEmpty()) {
            report(swap.deployment, swap.jar.identity(), swap.tried(), swap.reason(), swap.old, NEXT);
        } else {
            report(swap.deployment, swap.jar.identity(), swap.tried(), swap.reason(),
                    swap.old.jar().identity() + " does not start again, which is tried each second: " + swap.outage(), NEXT);
        }
    }

    /** An attempt has failed that is made again. */
    void unresolved(Swap swap) {
        report(swap.deployment, swap.jar.identity(), swap.tried(), swap.reason(), swap.old,
                NEXT + "; it is tried again when another bundle changes");
    }

    private void report(Deployment deployment, String what, String tried, String reason, Running old, String next) {
        boolean recovering = deployment.swap != null && deployment.swap.recovery;
        report(deployment, what, tried, reason, old != null
                ? old.jar().identity() + " goes on"
                : recovering ? "the last good copy, " + deployment.swap.jar.identity() + ", is started" : "nothing is served",
                next);
    }

    private void report(Deployment deployment, String what, String tried, String reason, String serving, String next) {
        String shortened = FailedMark.shortened(reason);
        if (!shortened.equals(deployment.failure)) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be deployed: {1}: {2}; {3}", deployment.file, what, shortened,
                    serving);
            marks.write(deployment.file, what, tried, shortened, serving, next);
        }
        deployment.failure = shortened;
    }

    /** What was in service as far as it worked works now. */
    void healed(Deployment deployment) {
        LOG.log(System.Logger.Level.INFO, "{0} ({1}) works now", deployment.file, deployment.running.jar().identity());
        if (deployment.failure.equals(deployment.ailment)) {
            deployment.failure = "";
            marks.remove(deployment.file);
        }
        deployment.ailment = "";
    }

    /** A bundle is in service. */
    void deployed(Swap swap) {
        if (!swap.recovery) {
            swap.deployment.failure = "";
            marks.remove(swap.deployment.file);
        }
        String identity = swap.jar.identity();
        if (swap.old == null) {
            LOG.log(System.Logger.Level.INFO, "{0} ({1}) is deployed{2}", swap.deployment.file, identity,
                    swap.recovery ? " from its last good copy" : "");
            return;
        }
        boolean older = swap.jar.symbolicName().equals(swap.old.jar().symbolicName())
                && swap.jar.version().compareTo(swap.old.jar().version()) < 0;
        LOG.log(System.Logger.Level.INFO, "{0} ({1}) has replaced {2}{3}", swap.deployment.file, identity,
                swap.old.jar().identity(),
                older ? ", an older version a newer one" : "");
    }

    /** What ran of a file was replaced by another file. */
    void superseded(Deployment deployment, Deployment by) {
        deployment.standby = "superseded by " + by.file;
    }

    /** Another file has the same bundle and goes before. */
    void standsBy(Deployment deployment, BundleJar jar, Deployment rival) {
        boolean same = rival.running != null && rival.running.jar().isSameAs(jar)
                || rival.offered != null && rival.offered.isSameAs(jar);
        deployment.standby = (same ? "holds the same as " : "superseded by ") + rival.file;
        marks.remove(deployment.file);
        LOG.log(System.Logger.Level.WARNING, "{0} is not deployed: {1} {2}", deployment.file, jar.identity(), deployment.standby);
    }

    /** Nothing is wrong with that file any more, or it is gone. */
    void clear(String file) {
        marks.remove(file);
    }
}
