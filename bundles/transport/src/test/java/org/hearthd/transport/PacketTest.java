package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PacketTest {
    private static List<Packet> packets(int count) {
        List<Packet> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(new Packet(0));
        }
        return packets;
    }

    @Test
    void theBufferThatWasReleasedLastIsTheNextToBeUsed() {
        try (Packet one = new Packet(0); Packet other = new Packet(0); Packet next = new Packet(0)) {
            one.data();
            ByteBuffer last = other.data();
            one.release();
            other.release();
            assertSame(last, next.data());
        }
    }

    @Test
    void ofManyBuffersOnlySomeAreKept() {
        Set<ByteBuffer> used = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Packet> many = packets(200);
        many.forEach(packet -> used.add(packet.data()));
        many.forEach(Packet::close);
        List<Packet> later = packets(200);
        long again = later.stream().filter(packet -> used.contains(packet.data())).count();
        later.forEach(Packet::close);
        assertTrue(again > 0 && again <= 64, again + " of 200 were kept");
    }
}
