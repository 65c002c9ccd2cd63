package org.hearthd.itest.transport.jna;

import org.hearthd.transport.PacketContract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;

final class JnaPacketsTest extends PacketContract {
    @Override
    protected PacketTransport packets() {
        return new JnaPackets();
    }

    @Override
    protected StreamTransport streams() {
        return new JnaStreams();
    }

    @Override
    protected Descriptors descriptors() {
        return new JnaDescriptors();
    }
}
