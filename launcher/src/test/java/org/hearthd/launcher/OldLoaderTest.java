package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.launcher.load.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldLoaderTest {
    private static final List<Version> SWAP = List.of(new Version("hello", "1.0.0", 1), new Version("hello", "2.0.0", 2));

    @TempDir
    Path home;

    private static String row(String version, String previous, String fate) {
        return "{\"file\":\"hello.jar\",\"version\":\"" + version + "\",\"previous\":\"" + previous + "\",\"old loader\":\""
                + fate + "\"}";
    }

    /** What is said while a runtime gives these answers in turn. */
    private String fate(List<Version> versions, String... answers) throws Exception {
        Files.createDirectories(home.resolve("run"));
        Path socket = home.resolve("run/ctl.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<Void> runtime = CompletableFuture.runAsync(() -> serve(server, answers));
            String fate = OldLoader.fate(home, versions);
            runtime.join();
            return fate;
        } finally {
            Files.delete(socket);
        }
    }

    private static void serve(ServerSocketChannel server, String... answers) {
        try {
            for (String answer : answers) {
                try (SocketChannel client = server.accept()) {
                    Channels.newInputStream(client).readAllBytes();
                    DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    out.writeByte(1);
                    out.writeInt(bytes.length);
                    out.write(bytes);
                    out.writeByte(0);
                    out.writeInt(1);
                    out.writeByte(0);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itIsWaitedForUntilTheRuntimeKnows() throws Exception {
        assertEquals("old loader collected",
                fate(SWAP, "[" + row("2.0.0", "1.0.0", "in use") + "]", "[" + row("2.0.0", "1.0.0", "checking") + "]",
                        "[" + row("2.0.0", "1.0.0", "collected after 7 ms") + "]"));
    }

    @Test
    void aLeakIsToldWithItsReason() throws Exception {
        assertEquals("old loader leaking: thread t", fate(SWAP, "[" + row("2.0.0", "1.0.0", "leaking: thread t") + "]"));
    }

    @Test
    void deploymentsThatDidNotChangeMeanwhileAreLeftOut() throws Exception {
        assertEquals("", fate(SWAP.subList(0, 1), "[" + row("1.0.0", "", "") + "," + row("3.0.0", "2.9.0", "leaking: x") + "]"));
        assertEquals("", fate(List.of(), "[]"));
    }

    @Test
    void withoutARuntimeNothingIsSaid() {
        assertEquals("", OldLoader.fate(home, SWAP));
    }
}
