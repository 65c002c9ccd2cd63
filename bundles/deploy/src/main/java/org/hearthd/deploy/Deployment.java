package org.hearthd.deploy;

import org.osgi.framework.Bundle;

/** One jar of the directory that is installed. Used by one thread. */
final class Deployment {
    /** The file name. */
    final String name;
    /** The installed bundle. */
    final Bundle bundle;
    /** What is installed of it. */
    BundleJar jar;
    /** When the components are looked at, in the time of System.nanoTime; meaningful while {@link #checkDue}. */
    long checkAt;
    /** Whether the components are to be looked at. */
    boolean checkDue;
    /** What was last reported, empty when all is well. */
    String complaint = "";
    /** Why it is not started: true when it could not be resolved, so that another bundle may help. */
    boolean unresolved;

    Deployment(String name, Bundle bundle, BundleJar jar) {
        this.name = name;
        this.bundle = bundle;
        this.jar = jar;
    }

    @Override
    public String toString() {
        return name + " (" + jar.identity() + ")";
    }
}
