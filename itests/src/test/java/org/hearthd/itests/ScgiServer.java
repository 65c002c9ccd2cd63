package org.hearthd.itests;

import java.io.IOException;
import java.nio.file.Path;

/** {@code scgi_server.py} of the test resources as a process: does on each connection what the request's headers say. */
final class ScgiServer implements AutoCloseable {
    static final Path RESOURCES = HearthProcess.ROOT.resolve("itests/src/test/resources/org/hearthd/itests");

    private final Peer peer;

    private ScgiServer(Peer peer) {
        this.peer = peer;
    }

    static ScgiServer start(Path dir) throws Exception {
        ScgiServer server = new ScgiServer(Peer.start(dir, "python3", RESOURCES.resolve("scgi_server.py").toString()));
        Await.until("port of " + server.peer, () -> server.peer.text().matches("[0-9]+\n"));
        return server;
    }

    String address() {
        return "127.0.0.1:" + peer.text().lines().findFirst().orElseThrow();
    }

    /** The client has read what was written. */
    void read() throws IOException {
        peer.process.getOutputStream().write('\n');
        peer.process.getOutputStream().flush();
    }

    @Override
    public void close() throws Exception {
        peer.close();
    }
}
