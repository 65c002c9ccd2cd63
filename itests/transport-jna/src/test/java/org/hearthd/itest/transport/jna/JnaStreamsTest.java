package org.hearthd.itest.transport.jna;

import org.hearthd.transport.StreamContract;
import org.hearthd.transport.Transports;

final class JnaStreamsTest extends StreamContract {
    @Override
    protected Transports transports() {
        return new Transports(new JnaPackets(), new JnaStreams(), new JnaDescriptors());
    }
}
