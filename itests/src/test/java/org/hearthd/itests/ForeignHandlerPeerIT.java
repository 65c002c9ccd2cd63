package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;

/** Persistent handlers that are written in Python and in C; needs python3 and cc. */
public class ForeignHandlerPeerIT extends InDirectory {
    private static final String PYTHON = """
            import array, os, socket, sys
            control = socket.socket(fileno=0)
            while True:
                data, ancillary, flags, address = control.recvmsg(65536, socket.CMSG_SPACE(4))
                if not data:
                    sys.exit(0)
                fd = array.array("i", ancillary[0][2])[0]
                with socket.socket(fileno=fd) as response:
                    body = 0
                    for block in iter(lambda: response.recv(65536), b""):
                        body += len(block)
                    rest = data.split(b"\\0")[3].decode()
                    response.sendall(("HTTP/1.1 200 OK\\r\\n\\r\\npython %s %d" % (rest, body)).encode())
            """;
    private static final String C = """
            #include <stdio.h>
            #include <string.h>
            #include <sys/socket.h>
            #include <sys/uio.h>
            #include <unistd.h>

            int main(void) {
                static char data[65536], block[65536], head[70000];
                for (;;) {
                    union { struct cmsghdr align; char space[CMSG_SPACE(sizeof(int))]; } control;
                    struct iovec part = {data, sizeof data};
                    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space,
                        .msg_controllen = sizeof control.space};
                    ssize_t length = recvmsg(0, &message, 0);
                    if (length <= 0)
                        return length < 0;
                    int fd;
                    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
                    long body = 0;
                    ssize_t n;
                    while ((n = read(fd, block, sizeof block)) > 0)
                        body += n;
                    char *rest = data;
                    for (int i = 0; i < 3; i++)
                        rest += strlen(rest) + 1;
                    int size = snprintf(head, sizeof head, "HTTP/1.1 200 OK\\r\\n\\r\\nc %s %ld", rest, body);
                    if (write(fd, head, size) != size)
                        perror("write");
                    close(fd);
                }
            }
            """;

    @Test
    public void aHandlerInPythonAnswersAndReadsItsBody() throws Exception {
        Path script = Files.writeString(dir.resolve("handler.py"), PYTHON);
        answers("python", "python3 " + script);
    }

    @Test
    public void aHandlerInCAnswersAndReadsItsBody() throws Exception {
        answers("c", compiled().toString());
    }

    @Test
    public void killsUnderLoadLeaveNoRequestHangingAndNoDescriptorOpen() throws Exception {
        try (HearthProcess hearth = started("c", compiled().toString())) {
            String url = hearth.url("/c/x");
            load(url, 100, hearth);
            Await.until("idle", () -> descriptors(hearth) < 200);
            long before = descriptors(hearth);
            List<Integer> statuses = load(url, 2000, hearth);
            assertTrue(statuses.toString(), statuses.stream().allMatch(s -> s == 200 || s == 502 || s == 503));
            assertTrue(statuses.stream().filter(s -> s == 200).count() > 500);
            Await.until("descriptors are back", () -> descriptors(hearth) <= before);
            assertEquals("children", 1, hearth.process.toHandle().descendants().count());
            hearth.awaitAnswer("/c/y", 200, "c /y 0");
        }
    }

    private Path compiled() throws Exception {
        return compiled(dir);
    }

    /** The handler in C, in that directory; it answers {@code c REST BYTES}. */
    static Path compiled(Path directory) throws Exception {
        Path source = Files.writeString(directory.resolve("handler.c"), C);
        Path program = source.resolveSibling("handler");
        Process compiler = new ProcessBuilder("cc", "-Wall", "-o", program.toString(), source.toString()).inheritIO().start();
        assertEquals(0, compiler.waitFor());
        return program;
    }

    private HearthProcess started(String name, String command) throws Exception {
        HearthProcess hearth = HearthProcess.ready(home);
        hearth.configure("org.hearthd.route-" + name + ".cfg", "path = /" + name + "\nhandler = " + name + "\n");
        hearth.configure("org.hearthd.process-" + name + ".cfg", "command = " + command + "\nrestart.good.ms = 1\n");
        hearth.awaitAnswer("/" + name + "/x", 200, name + " /x 0");
        return hearth;
    }

    private void answers(String name, String command) throws Exception {
        try (HearthProcess hearth = started(name, command)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(hearth.url("/" + name + "/up")))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[3_000_000])).build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(name + " /up 3000000", answer.body());
            hearth.signal("TERM");
            assertEquals(0, hearth.awaitExit());
        }
    }

    /** So many requests, some at a time, while the handler's process is killed now and then. */
    private static List<Integer> load(String url, int requests, HearthProcess hearth) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i += 20) {
            List<CompletableFuture<HttpResponse<Void>>> running = new ArrayList<>();
            for (int k = 0; k < 20; k++) {
                running.add(client.sendAsync(HttpRequest.newBuilder(URI.create(url)).build(),
                        HttpResponse.BodyHandlers.discarding()));
            }
            if (i % 200 == 100) {
                hearth.process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
            }
            for (CompletableFuture<HttpResponse<Void>> each : running) {
                statuses.add(each.get(60, TimeUnit.SECONDS).statusCode());
            }
        }
        return statuses;
    }

    private static long descriptors(HearthProcess hearth) throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + hearth.process.pid() + "/fd"))) {
            return open.count();
        }
    }
}
