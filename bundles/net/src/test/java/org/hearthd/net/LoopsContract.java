package org.hearthd.net;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.Set;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Event loops, and as many descriptors afterwards as before. */
@Timeout(180)
abstract class LoopsContract {
    protected NettyEventLoops loops;
    private Set<String> before;

    @BeforeEach
    void start() throws IOException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        before = Ends.baseline();
        loops = new NettyEventLoops(Ends.DESCRIPTORS, Ends.STREAMS, 2);
    }

    @AfterEach
    void noDescriptorIsLeft() {
        loops.close();
        OpenDescriptors.assertNothingNew(before);
    }
}
