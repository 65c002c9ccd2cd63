package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.Test;

/** {@code bin/callscgi}, or its program, is killed: nobody else suffers. */
public class CallscgiKillIT extends WithCallscgi {
    private static final int KILLS = 20;
    private static final int CLIENTS = 4;

    /** Row S25 of ashd's faults: nothing can be done about it, but nobody else suffers. */
    @Test
    public void aKilledCallerLeavesItsProgramAndSocketAndDisturbsNobody() throws Exception {
        long left;
        try (AshdParent parent = start(serving())) {
            left = parent.pid("a");
            survivors.add(left);
            assertEquals(137, end(parent, "KILL"));
        }
        List<Path> old = sockets();
        assertEquals(1, old.size());
        assertTrue("the program has ended", runs(left));
        try (AshdParent parent = start(serving())) {
            assertNotEquals(left, parent.pid("b"));
            assertEquals(parent.errors(), 0, end(parent));
        }
        assertEquals(old, sockets());
        assertTrue("the program of the killed one was ended", runs(left));
        long launched;
        try (AshdParent parent = start(serving("-iblog"))) {
            launched = parent.pid("c");
            survivors.add(launched);
            assertEquals(137, end(parent, "KILL"));
        }
        try (AshdParent parent = start("-iblog", "/no/such/program")) {
            assertEquals("mode launching leaves it on purpose", launched, parent.pid("d"));
        }
    }

    /** Each kill takes away exactly the request that the program has read and not answered: that one is a 502, all others are answered. */
    @Test
    public void aKilledProgramLosesTheRequestThatItHasAndNoOther() throws Exception {
        Path record = Files.createFile(dir.resolve("record"));
        ProcessBuilder builder = command(serving());
        builder.environment().put("RECORD", record.toString());
        try (AshdParent parent = AshdParent.start(dir, builder)) {
            parent.pid("a");
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger count = new AtomicInteger();
            AtomicInteger good = new AtomicInteger();
            Set<String> lost = ConcurrentHashMap.newKeySet();
            Queue<String> other = new ConcurrentLinkedQueue<>();
            List<Thread> clients = Stream.generate(() -> new Thread(() -> {
                while (!stop.get()) {
                    String request = "x" + count.incrementAndGet();
                    String answer = get(parent, request);
                    if (answer.contains("served by")) {
                        good.incrementAndGet();
                    } else if (answer.startsWith("HTTP/1.1 502 ")) {
                        lost.add(request);
                    } else {
                        other.add(answer);
                    }
                }
            })).limit(CLIENTS).toList();
            clients.forEach(Thread::start);
            Set<String> taken = new HashSet<>();
            for (int i = 0; i < KILLS; i++) {
                int before = good.get();
                Await.until("answers before kill " + i, () -> good.get() > before + 2 * CLIENTS);
                taken.add(kill(parent, record));
            }
            int before = good.get();
            Await.until("answers after the last kill", () -> good.get() > before + 2 * CLIENTS);
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertEquals(List.of(), List.copyOf(other));
            assertEquals(KILLS, taken.size());
            assertEquals(taken, lost);
            assertEquals("zombies or second programs", 1, parent.process.children().count());
            assertEquals(0, end(parent));
            assertEquals(List.of(), sockets());
        }
    }

    /** Kills the program at a moment at which it has a request; returns which. */
    private static String kill(AshdParent parent, Path record) throws Exception {
        long program = parent.process.children().filter(c -> c.info().command().orElse("").contains("perl")).findFirst()
                .orElseThrow().pid();
        Path state = Path.of("/proc", Long.toString(program), "stat");
        AtomicReference<String> had = new AtomicReference<>();
        Await.until("a request in the hands of " + program, () -> {
            Htpipe.signal(program, "STOP");
            Await.until(program + " stands still", () -> Files.readString(state).contains(") T "));
            List<String> lines = Files.readAllLines(record);
            String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
            boolean has = last.startsWith(program + " has ");
            had.set(last.substring(last.lastIndexOf(' ') + 1));
            Htpipe.signal(program, has ? "KILL" : "CONT");
            return has;
        });
        return had.get();
    }
}
