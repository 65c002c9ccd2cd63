package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WaitingRoomTest {
    private final WaitingRoom room = new WaitingRoom();

    private Waiting enter() {
        Waiting item = new Waiting(null, System.nanoTime());
        room.add(item);
        return item;
    }

    @Test
    void thoseThatEndBehindAHeadThatStaysAreNotHeldForEver() {
        List<Waiting> stay = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            if (i % 1000 == 0) {
                stay.add(enter());
            }
            assertTrue(room.leave(enter()));
            assertTrue(room.held() <= 2 * stay.size() + 17, room.held() + " are held");
        }
        assertEquals(stay.size(), room.count());
        for (Waiting item : stay) {
            assertSame(item, room.remove());
        }
        assertEquals(0, room.count());
    }

    @Test
    void aHeadThatLeavesMakesRoomForTheNext() {
        Waiting first = enter();
        Waiting second = enter();
        room.leave(first);
        assertSame(second, room.head());
        assertSame(second, room.remove());
        assertEquals(0, room.held());
    }
}
