package org.hearthd.lifecycle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.UnixAddress;

/** Records who was told what. */
final class TestDescriptors implements Descriptors {
    final List<String> told = new CopyOnWriteArrayList<>();
    private int adopted;

    @Override
    public Fd adopt(int number) throws IOException {
        if (number < 0) {
            throw new IOException("not open");
        }
        adopted = number;
        return null;
    }

    @Override
    public void nonBlocking(Fd fd, boolean on) {
        throw new UnsupportedOperationException("not needed");
    }

    @Override
    public ProcessBuilder.Redirect redirect(Fd fd) {
        throw new UnsupportedOperationException("not needed");
    }

    @Override
    public OutputStream output(Fd fd) {
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                told.add("fd " + adopted + ": " + toString(StandardCharsets.US_ASCII));
            }
        };
    }

    @Override
    public boolean isBound(UnixAddress address) {
        throw new UnsupportedOperationException("not needed");
    }

    @Override
    public void notify(Path path, ByteBuffer message) {
        told.add(path + ": " + StandardCharsets.US_ASCII.decode(message));
    }
}
