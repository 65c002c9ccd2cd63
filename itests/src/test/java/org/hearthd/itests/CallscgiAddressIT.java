package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeNoException;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Headers;
import org.hearthd.transport.StreamConnection;
import org.junit.Test;

/** The addresses and file names that {@code bin/callscgi} understands, also those that are no text. */
public class CallscgiAddressIT extends WithCallscgi {
    @Test
    public void anIpv6AddressIsUnderstood() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            try {
                listening.bind(new InetSocketAddress("::1", 0));
            } catch (IOException e) {
                assumeNoException("this machine has no IPv6", e);
            }
            answersFrom(listening, "[::1]:" + listening.getLocalPort());
        }
    }

    @Test
    public void aPortMayBeTheNameOfAService() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            String name = null;
            for (String line : Files.readAllLines(Path.of("/etc/services"))) {
                String[] words = line.strip().split("\\s+");
                if (name == null && words.length > 1 && words[1].matches("[0-9]{4,5}/tcp")) {
                    try {
                        listening.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[1].split("/")[0])));
                        name = words[0];
                    } catch (BindException e) {
                        continue; // somebody has that port
                    }
                }
            }
            assumeTrue("no port with a name is free", name != null);
            answersFrom(listening, "127.0.0.1:" + name);
            answersFrom(listening, name);
        }
    }

    /** One request to a server of this test's. */
    private void answersFrom(ServerSocket listening, String address) throws Exception {
        CompletableFuture<String> server = CompletableFuture.supplyAsync(() -> answerOne(listening));
        try (AshdParent parent = start("-t", address)) {
            String answer = parent.get("a");
            assertTrue(answer + parent.errors(), answer.endsWith("\r\n\r\nthere"));
            assertEquals(parent.errors(), 0, end(parent));
        }
        server.join();
    }

    /** Returns the variables of the request, with a NUL behind each name and each value. */
    private static String answerOne(ServerSocket listening) {
        try (Socket peer = listening.accept()) {
            int length = 0;
            for (int c = peer.getInputStream().read(); c != ':'; c = peer.getInputStream().read()) {
                length = 10 * length + c - '0';
            }
            String variables = new String(peer.getInputStream().readNBytes(length + 1), StandardCharsets.ISO_8859_1);
            peer.getOutputStream().write("Content-Length: 5\n\nthere".getBytes(StandardCharsets.US_ASCII));
            return variables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory's name is no text in any encoding; ashd passes octets. */
    @Test
    public void aFileOfTheParentIsNamedByTheOctetsOfTheWorkingDirectory() throws Exception {
        String cd = "d=$(printf 'w\\346\\227\\245\\377') && mkdir -p \"$d\" && cd \"$d\" && exec \"$@\"";
        for (String locale : List.of("C", "C.UTF-8")) {
            try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                CompletableFuture<String> server = CompletableFuture.supplyAsync(() -> answerOne(listening));
                ProcessBuilder builder = command("-t", "127.0.0.1:" + listening.getLocalPort());
                builder.command().addAll(0, List.of("/bin/sh", "-c", cd, "sh"));
                builder.environment().put("LC_ALL", locale);
                try (AshdParent parent = AshdParent.start(dir, builder);
                        StreamConnection client = parent.send("GET", "x", Headers.of("X-Ash-File", "caf\u00e9/index"))) {
                    client.shutdownOutput();
                    String answer = AshdParent.answer(client);
                    assertTrue(answer + parent.errors(), answer.endsWith("there"));
                    String file = dir.toRealPath() + "/w\u00e6\u0097\u00a5\u00ff/caf\u00e9/index";
                    assertTrue(server.join(), server.join().contains("SCRIPT_FILENAME\0" + file + "\0"));
                }
            }
        }
    }

    @Test
    public void aRelativeSocketIsInTheWorkingDirectoryThoughItsNameIsNoText() throws Exception {
        String make = "d=$(printf 'w\\346\\377') && mkdir \"$d\" && ln -s \"$d\" link";
        assertEquals(0, new ProcessBuilder("/bin/sh", "-c", make).directory(dir.toFile()).start().waitFor());
        Process server = new ProcessBuilder("perl", "-e", SERVER, dir.resolve("link/s").toString()).start();
        ProcessBuilder builder = command("-N20", "-us");
        builder.command().addAll(0, List.of("/bin/sh", "-c", "cd -P link && exec \"$@\"", "sh"));
        try (AshdParent parent = AshdParent.start(dir, builder)) {
            assertEquals(server.pid(), parent.pid("a"));
        } finally {
            server.destroyForcibly();
        }
    }
}
