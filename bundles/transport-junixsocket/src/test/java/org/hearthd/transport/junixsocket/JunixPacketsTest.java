package org.hearthd.transport.junixsocket;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketContract;
import org.hearthd.transport.Transports;
import org.junit.jupiter.api.Test;

final class JunixPacketsTest extends PacketContract {
    @Override
    protected Transports transports() {
        return RealSockets.junixsocket();
    }

    @Test
    void onlyTheEndToKeepOfAPairIsNonBlocking() throws Exception {
        try (FdPair pair = packets.pair()) {
            assertTrue(nonBlocking(pair.ours()));
            assertFalse(nonBlocking(pair.theirs()));
        }
    }
}
