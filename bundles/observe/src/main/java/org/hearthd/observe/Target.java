package org.hearthd.observe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where lines go. Of one thread. */
interface Target {
    /**
     * Writes all of it; what a failure has left over is to be written by the next call.
     *
     * @throws IOException naming the target
     */
    void write(ByteBuffer lines) throws IOException;

    /** Closes what this target has opened. */
    void close() throws IOException;
}
