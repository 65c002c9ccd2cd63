package org.newsclub.net.unix;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;

/** Accepts clients. */
public final class Acceptor extends Port {
    private final ByteBuffer address = ByteBuffer.allocateDirect(256);

    /** Accepts on a duplicate of {@code original}. */
    public Acceptor(int original, int wake) throws IOException {
        super(original, SelectionKey.OP_ACCEPT, wake);
    }

    /** Accepts once; -1 if nobody is waiting at the moment. */
    public int accept() throws IOException {
        FileDescriptor client = new FileDescriptor();
        return NativeUnixSocket.accept(address, address.capacity(), fd, client, -1, 0) ? Fds.number(client) : -1;
    }
}
