package org.hearthd.itest.transport.jna;

import org.hearthd.transport.StreamContract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;

final class JnaStreamsTest extends StreamContract {
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
