package org.hearthd.spi;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told of every request that has ended; a service. Sources tell all that are there, and do nothing for it while there is none. */
@ConsumerType
public interface AccessObserver {
    /** A request has ended. Called on any thread, event loops too: must not block; an exception that it throws is logged. */
    void finished(Access access);
}
