package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CtlTest {
    @TempDir
    Path home;

    private static CtlArguments parse(String... line) throws LaunchException {
        return CtlArguments.parse(line);
    }

    private static LaunchException usage(String... line) {
        LaunchException refused = assertThrows(LaunchException.class, () -> parse(line));
        assertEquals(100, refused.exitCode());
        return refused;
    }

    @Test
    void optionsMayStandAnywhereBeforeTwoDashes() throws LaunchException {
        assertEquals(new CtlArguments(Path.of("/h"), List.of("--json", "why", "/a b", "")),
                parse("--home", "/h", "why", "/a b", "",
                        "--json"));
        assertEquals(List.of("why", "--json", "--", "-x"), parse("--home=/h", "--", "why", "--json", "--", "-x").words());
        assertEquals(Path.of("hearth-home").toAbsolutePath(), parse("status").home());
        assertEquals(List.of("help"), parse().words());
    }

    @Test
    void whatIsNoOptionIsAUsageError() {
        assertTrue(usage("--jason", "status").getMessage().contains("--jason"));
        assertTrue(usage("status", "--home").getMessage().contains("needs a value"));
        usage("--home=", "status");
        assertTrue(usage("why", "\ufffd").getMessage().contains("LC_ALL"));
    }

    @Test
    void withoutARuntimeThatIsSaid() throws Exception {
        LaunchException none = assertThrows(LaunchException.class, () -> Ctl.run("--home", home.toString(), "status"));
        assertEquals(1, none.exitCode());
        assertTrue(none.getMessage().contains("no runtime is running on HOME " + home), none.getMessage());
        Files.createDirectory(home.resolve("run"));
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(home.resolve("run/ctl.sock")));
        }
        LaunchException dead = assertThrows(LaunchException.class, () -> Ctl.run("--home", home.toString(), "status"));
        assertTrue(dead.getMessage().contains("nobody listens"), dead.getMessage());
        String deep = home.resolve("d".repeat(100)).toString();
        LaunchException tooLong = assertThrows(LaunchException.class, () -> Ctl.run("--home", deep, "status"));
        assertTrue(tooLong.getMessage().contains("more than 107 bytes"), tooLong.getMessage());
    }

    @Test
    void aRuntimeThatEndsBeforeItHasAnsweredIsAFailure() throws Exception {
        Files.createDirectory(home.resolve("run"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(home.resolve("elsewhere.sock")));
            Files.createSymbolicLink(home.resolve("run/ctl.sock"), home.resolve("elsewhere.sock"));
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> {
                try {
                    return Ctl.run("--home", home.toString(), "status");
                } catch (LaunchException e) {
                    return e.exitCode();
                } catch (IOException e) {
                    return -1;
                }
            });
            try (SocketChannel client = server.accept()) {
                client.configureBlocking(true);
            }
            assertEquals(1, code.get(20, TimeUnit.SECONDS));
        }
    }
}
