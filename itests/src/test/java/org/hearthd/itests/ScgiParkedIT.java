package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Test;

/** Requests that wait for an SCGI handler while its file is away: they are there before the handler is. */
public class ScgiParkedIT extends WithHearth {
    private static final int ROUNDS = 5;
    private static final int WAITING = 3;

    private final Set<Long> servers = new HashSet<>();

    /** Those of mode mixed survive. */
    @After
    public void endServers() {
        servers.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    public void requestsThatWaitForAHandlerFindItAbleToStartItsProgram() throws Exception {
        Path program = Files.writeString(dir.resolve("server"), "#!/usr/bin/perl\n" + WithCallscgi.SERVER);
        assertTrue(program.toFile().setExecutable(true));
        HearthProcess.home(home, "org.hearthd.route-r.cfg", "path = /r\nhandler = w\nrequired = false\n");
        hearth = HearthProcess.ready(home);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        String anonymous = "mode = anonymous\ncommand = '" + program + "'\n";
        hearth.configure("org.hearthd.scgi-w.cfg", anonymous);
        hearth.awaitAnswer("/r/x", 200, "served by ");
        for (int i = 0; i < ROUNDS; i++) {
            Files.delete(home.resolve("config/org.hearthd.scgi-w.cfg"));
            int absences = i + 1;
            Await.until("absence " + absences, () -> hearth.errors().split("handler w is absent", -1).length > absences);
            HttpRequest request = HttpRequest.newBuilder(URI.create(hearth.url("/r/y"))).build();
            List<CompletableFuture<HttpResponse<String>>> parked = Stream
                    .generate(() -> client.sendAsync(request, BodyHandlers.ofString())).limit(WAITING).toList();
            String mixed = "mode = mixed\nretries = 10\nretry.delay.ms = 200\naddress = unix:" + dir.resolve("s" + i)
                    + "\ncommand = '"
                    + program + "' '" + dir.resolve("s" + i) + "'\n";
            hearth.configure("org.hearthd.scgi-w.cfg", i % 2 == 0 ? anonymous : mixed);
            for (CompletableFuture<HttpResponse<String>> each : parked) {
                String body = each.join().body();
                assertEquals(body, 200, each.join().statusCode());
                servers.add(Long.parseLong(body.substring("served by ".length())));
            }
        }
    }
}
