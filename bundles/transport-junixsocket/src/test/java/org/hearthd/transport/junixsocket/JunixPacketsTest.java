package org.hearthd.transport.junixsocket;

import org.hearthd.transport.PacketContract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;

final class JunixPacketsTest extends PacketContract {
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
