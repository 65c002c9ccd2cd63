package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.ashd.Datagram;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.Test;

/** Either end of {@code bin/htpipe} without a free descriptor, and with some again. */
public class HtpipeExhaustionIT extends InDirectory {
    /** Each costs a reader a pause of 100 ms. */
    private static final int LOST = 10;

    /** A process that may open nothing until this is closed. */
    private record Want(long pid, String limit) implements AutoCloseable {
        static Want of(long pid) throws Exception {
            Want want = new Want(pid, limit(pid));
            want.tighten();
            return want;
        }

        /** The kernel gives the lowest number that is free, if it is below the limit. One may have been given back meanwhile. */
        void tighten() throws Exception {
            long free = 0;
            while (Files.exists(Path.of("/proc/" + pid + "/fd/" + free), LinkOption.NOFOLLOW_LINKS)) {
                free++;
            }
            prlimit(pid, free + ":");
        }

        private static String limit(long pid) throws IOException {
            return Files.readAllLines(Path.of("/proc/" + pid + "/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .findFirst().orElseThrow().split(" +")[3];
        }

        private static void prlimit(long pid, String limits) throws Exception {
            assertEquals(0, new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--nofile=" + limits).inheritIO().start()
                    .waitFor());
        }

        @Override
        public void close() throws Exception {
            prlimit(pid, limit + ":");
        }
    }

    /** What the threads that receive and accept have used so far. */
    private record Work(long pid, long ticks, long begin) {
        static Work of(long pid) throws IOException {
            return new Work(pid, ticks(pid), System.nanoTime());
        }

        /** In hundredths of a second. Other threads come and go meanwhile. */
        private static long ticks(long pid) throws IOException {
            long ticks = 0;
            int found = 0;
            try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
                for (Path task : tasks.toList()) {
                    String stat = stat(task);
                    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    if (name.startsWith("htpipe-server") || name.equals("stdin")) {
                        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                        found++;
                        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                    }
                }
            }
            assertTrue("no thread receives", found > 0);
            return ticks;
        }

        private static String stat(Path task) {
            try {
                return Files.readString(task.resolve("stat"));
            } catch (IOException e) {
                return "(ended)";
            }
        }

        /** Who waits for descriptors uses next to nothing of the time, who spins all of it; on a busy machine both use less. */
        void assertNobodySpins() throws IOException {
            long used = ticks(pid) - ticks;
            long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / 10;
            assertTrue(used + " of " + passed, used < passed * 3 / 4);
        }
    }

    /** Until so many are lost; a few may find a descriptor that was given back meanwhile. */
    private static void lose(PacketConnection on, Want want, int atLeast) throws Exception {
        int lost = 0;
        for (int i = 0; lost < atLeast; i++) {
            assertTrue("none is lost", i < 3 * LOST);
            String answer = ask(on).get(60, TimeUnit.SECONDS);
            if (answer.isEmpty()) {
                lost++;
            } else {
                assertTrue(answer, answer.startsWith("HTTP/1.1 200 "));
                want.tighten();
            }
        }
    }

    private static CompletableFuture<String> ask(PacketConnection on) throws IOException {
        FdPair pair = new JunixStreams().pair();
        try (Fd theirs = pair.theirs()) {
            Request request = Request.of("GET", "/x", "HTTP/1.1", "x", Headers.EMPTY);
            on.send(Datagram.encode(request, Datagram.KERNEL_LIMIT), theirs);
        }
        StreamConnection client = new JunixStreams().adopt(pair.ours());
        client.shutdownOutput();
        return CompletableFuture.supplyAsync(() -> {
            try (client) {
                return AshdParent.answer(client);
            } catch (IOException e) {
                return e.toString();
            }
        }, task -> new Thread(task).start());
    }

    private static void assertAnswered(CompletableFuture<String> answer) throws Exception {
        assertTrue(answer.get(60, TimeUnit.SECONDS).startsWith("HTTP/1.1 200 "));
    }

    private PacketConnection connect() throws Exception {
        List<PacketConnection> made = new ArrayList<>();
        // a bound socket does not listen yet
        Await.until("a connection", () -> {
            try {
                return made.add(new JunixPackets().connect(new UnixAddress(dir.resolve("s"))));
            } catch (ConnectException e) {
                return false;
            }
        });
        return made.get(0);
    }

    @Test
    public void aServerLosesOnlyTheRequestsThatFindNoDescriptorAndClientsWaitForItsDoor() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                PacketConnection one = connect();
                PacketConnection other = connect()) {
            assertAnswered(ask(one));
            assertAnswered(ask(other));
            long pid = server.process.pid();
            long before = AshdParent.descriptors(pid);
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            try (Want want = Want.of(pid); PacketConnection late = connect(); PacketConnection later = connect()) {
                waiting.add(ask(late));
                waiting.add(ask(later));
                // the first takes longer: classes are loaded for it
                lose(one, want, 1);
                lose(other, want, 1);
                Work work = Work.of(pid);
                lose(one, want, LOST);
                lose(other, want, LOST);
                work.assertNobodySpins();
                want.close();
                for (CompletableFuture<String> answer : waiting) {
                    assertAnswered(answer);
                }
                for (PacketConnection each : List.of(one, other, late, later)) {
                    assertAnswered(ask(each));
                }
            }
            long failures = server.errors().lines().filter(line -> line.contains("trying again")).count();
            assertTrue(server.errors(), failures >= 1 && failures < LOST);
            assertTrue(server.errors(),
                    server.errors().lines().filter(line -> line.contains("a request is lost")).count() >= 2 * LOST);
            Await.until("no descriptor is lost", () -> AshdParent.descriptors(pid) <= before);
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
        }
    }

    @Test
    public void aClientLosesOnlyTheRequestsThatFindNoDescriptor() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            client.pid("a");
            long before = client.descriptors();
            try (Want want = Want.of(client.process.pid())) {
                lose(client.connection(), want, 1);
                Work work = Work.of(client.process.pid());
                lose(client.connection(), want, LOST);
                work.assertNobodySpins();
            }
            assertAnswered(ask(client.connection()));
            assertTrue(client.errors(),
                    client.errors().lines().filter(line -> line.contains("a request is lost")).count() >= LOST);
            Await.until("no descriptor is lost", () -> client.descriptors() <= before);
            client.end();
            assertEquals(client.errors(), 0, client.awaitExit());
            assertTrue(server.process.isAlive());
        }
    }
}
