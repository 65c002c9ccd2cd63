package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final class Task extends Roster.Entry {}

    private final Roster<Task> tasks = new Roster<>();

    private Task begun() {
        Task task = new Task();
        tasks.add(task);
        return task;
    }

    @Test
    void hasWhatHasBegunAndNotEndedInWhateverOrder() {
        List<Task> expected = new ArrayList<>(List.of(begun(), begun(), begun(), begun()));
        for (int place : new int[] {1, 2, 0, 0}) {
            assertEquals(Set.copyOf(expected), Set.copyOf(tasks.all()));
            assertEquals(expected.size(), tasks.size());
            Task ended = expected.remove(place);
            tasks.remove(ended);
            tasks.remove(ended);
        }
        assertEquals(List.of(), tasks.all());
        Task again = begun();
        assertEquals(List.of(again), tasks.all());
    }

    @Test
    void nothingIsLostWhereManyThreadsBeginAndEndWhatOthersHaveBegun() throws Exception {
        ConcurrentLinkedQueue<Task> open = new ConcurrentLinkedQueue<>();
        Callable<Void> work = () -> {
            Random random = new Random();
            for (int i = 0; i < 20_000; i++) {
                if (random.nextBoolean()) {
                    open.add(begun());
                } else {
                    Task ended = open.poll();
                    if (ended != null) {
                        tasks.remove(ended);
                    }
                }
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (Future<Void> each : threads.invokeAll(Collections.nCopies(8, work))) {
            each.get();
        }
        threads.shutdown();
        assertEquals(Set.copyOf(open), Set.copyOf(tasks.all()));
        assertEquals(open.size(), tasks.size());
        open.forEach(tasks::remove);
        assertEquals(0, tasks.size());
    }
}
