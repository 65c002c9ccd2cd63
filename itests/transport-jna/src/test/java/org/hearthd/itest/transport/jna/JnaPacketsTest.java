package org.hearthd.itest.transport.jna;

import org.hearthd.transport.PacketContract;
import org.hearthd.transport.Transports;

final class JnaPacketsTest extends PacketContract {
    @Override
    protected Transports transports() {
        return new Transports(new JnaPackets(), new JnaStreams(), new JnaDescriptors());
    }
}
