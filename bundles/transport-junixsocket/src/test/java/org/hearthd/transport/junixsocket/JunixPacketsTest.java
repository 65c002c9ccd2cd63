package org.hearthd.transport.junixsocket;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hearthd.transport.Descriptors;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketContract;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;
import org.junit.jupiter.api.Test;

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

    @Test
    void onlyTheEndToKeepOfAPairIsNonBlocking() throws Exception {
        try (FdPair pair = packets.pair()) {
            assertTrue(nonBlocking(pair.ours()));
            assertFalse(nonBlocking(pair.theirs()));
        }
    }
}
