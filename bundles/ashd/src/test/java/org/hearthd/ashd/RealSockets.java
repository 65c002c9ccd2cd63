package org.hearthd.ashd;

import org.hearthd.transport.Contract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Real sockets, and as many descriptors after a test as before it. */
abstract class RealSockets extends Contract {
    @Override
    protected PacketTransport packets() {
        return new JunixPackets();
    }

    @Override
    protected StreamTransport streams() {
        return new JunixStreams();
    }

    @Override
    protected Descriptors descriptors() {
        return new JunixDescriptors();
    }
}
