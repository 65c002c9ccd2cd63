package org.hearthd.deploy;

/** A component that can not be made. */
public final class Broken {
    /** Always throws. */
    public Broken() {
        throw new IllegalStateException("the licence has expired");
    }
}
