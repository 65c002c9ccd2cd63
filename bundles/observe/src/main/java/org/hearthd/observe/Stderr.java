package org.hearthd.observe;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Standard error, beside System.err, so that nobody who logs there waits for these lines. */
final class Stderr implements Target {
    private final WritableByteChannel channel = new FileOutputStream(FileDescriptor.err).getChannel();

    @Override
    public void write(ByteBuffer lines) throws IOException {
        while (lines.hasRemaining()) {
            channel.write(lines);
        }
    }

    @Override
    public void close() {
        // it belongs to the process
    }
}
