package org.hearthd.deploy;

import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** Reports components of deployed bundles that stay unsatisfied. Reads nothing while all is well. */
final class Complaints {
    private static final System.Logger LOG = System.getLogger(Complaints.class.getName());
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Explain explain;

    Complaints(Explain explain) {
        this.explain = explain;
    }

    /** A bundle has been started: its components are looked at a moment later. */
    static void begin(Deployment deployment) {
        deployment.complaint = "";
        deployment.checkDue = true;
        deployment.checkAt = System.nanoTime() + SETTLE_NANOS;
    }

    void check(Collection<Deployment> deployments, long now) {
        for (Deployment deployment : deployments) {
            if (deployment.checkDue && deployment.running != null && now - deployment.checkAt >= 0) {
                String complaint = explain.unsatisfied(deployment.running.bundle());
                if (!complaint.isEmpty() && !complaint.equals(deployment.complaint)) {
                    LOG.log(System.Logger.Level.WARNING, "{0}: {1}", deployment.file, complaint);
                } else if (complaint.isEmpty() && !deployment.complaint.isEmpty()) {
                    LOG.log(System.Logger.Level.INFO, "{0}: its components have all they need now", deployment.file);
                }
                deployment.complaint = complaint;
                deployment.checkDue = !complaint.isEmpty();
                deployment.checkAt = now + SETTLE_NANOS;
            }
        }
    }
}
