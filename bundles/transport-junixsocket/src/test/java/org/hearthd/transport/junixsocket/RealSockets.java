package org.hearthd.transport.junixsocket;

import org.hearthd.transport.Contract;
import org.hearthd.transport.Transports;

/** Real sockets for the tests of any bundle, and as many descriptors after a test as before it. */
public abstract class RealSockets extends Contract {
    /** What this bundle offers. */
    static Transports junixsocket() {
        return new Transports(new JunixPackets(), new JunixStreams(), new JunixDescriptors());
    }

    @Override
    protected final Transports transports() {
        return junixsocket();
    }
}
