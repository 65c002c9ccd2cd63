package org.hearthd.spi;

import org.osgi.annotation.versioning.ConsumerType;

/** A handler that says itself which of its generations gets an exchange: it sends exchanges on later than dispatch gives them to it. */
@ConsumerType
public interface Labelled {
    /**
     * A new generation of this handler comes into service. Called by dispatch before the first exchange of it, under its locks: must
     * neither block nor throw.
     *
     * @param label as for {@link ManagedExchange#generation(String)}
     */
    void generation(String label);
}
