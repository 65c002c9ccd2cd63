package org.hearthd.transport.junixsocket;

import org.hearthd.transport.StreamContract;
import org.hearthd.transport.Transports;

final class JunixStreamsTest extends StreamContract {
    @Override
    protected Transports transports() {
        return RealSockets.junixsocket();
    }
}
