package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handler with real servers, and as many descriptors afterwards as before. */
@Timeout(180)
abstract class ScgiContract {
    @TempDir
    protected Path directory;
    protected House house;
    private final List<AutoCloseable> open = new ArrayList<>();
    private Set<String> before;

    @BeforeEach
    void count() throws IOException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        before = House.baseline(directory);
    }

    @AfterEach
    void noDescriptorIsLeft() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        if (house != null) {
            house.close();
        }
        OpenDescriptors.assertNothingNew(before);
    }

    /** @param more keys and values in turn */
    protected void house(String address, Object... more) throws IOException {
        Map<String, Object> keys = House.keys(more);
        keys.put("address", address);
        house = new House(directory, keys);
    }

    /** A handler whose server does this. */
    protected void serve(TestServer.Script script, Object... keys) throws IOException {
        house(unix(script).address, keys);
    }

    /** Is closed at the end. */
    protected <T extends AutoCloseable> T open(T one) {
        open.add(one);
        return one;
    }

    protected TestServer unix(TestServer.Script script) throws IOException {
        return unix("s" + open.size(), script);
    }

    protected TestServer unix(String name, TestServer.Script script) throws IOException {
        return open(TestServer.unix(directory.resolve(name), script));
    }

    protected TestServer tcp(TestServer.Script script) throws IOException {
        return open(TestServer.tcp(script));
    }

    protected static void hello(TestServer.Peer peer) throws IOException {
        peer.variables();
        peer.write("\nhello");
    }

    protected String ask() {
        try {
            return house.ask(House.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    protected void assertAnswer(int status) {
        String answer = ask();
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(status == 200 || answer.contains("X-Request-Id"), answer);
    }
}
