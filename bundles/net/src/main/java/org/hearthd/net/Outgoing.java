package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** What a {@link LoopSocket} has to send: one piece at a time. Of its loop. */
final class Outgoing {
    private final Socket socket;
    private ByteBuf piece;
    private Consumer<IOException> done;
    private Runnable progress = () -> {};

    Outgoing(Socket socket) {
        this.socket = socket;
    }

    boolean isEmpty() {
        return piece == null;
    }

    /** Sets what runs each time a part of a piece was sent, and not yet all of it. */
    void onProgress(Runnable hook) {
        progress = hook;
    }

    /**
     * The next piece, which this owns from now on.
     *
     * @param then runs once, with null or with what has failed; not after {@link #drop}
     */
    void set(ByteBuf next, Consumer<IOException> then) {
        piece = next;
        done = then;
    }

    /**
     * Sends what the socket takes.
     *
     * @return false if it takes no more now
     */
    boolean flush(ByteBufAllocator copies) {
        IOException failure = null;
        try {
            while (piece.isReadable()) {
                int sent = send(piece, copies);
                if (sent == 0) {
                    return false;
                }
                piece.skipBytes(sent);
                if (piece.isReadable()) {
                    progress.run();
                }
            }
        } catch (IOException e) {
            failure = e;
        }
        Consumer<IOException> then = done;
        drop();
        then.accept(failure);
        return true;
    }

    private int send(ByteBuf bytes, ByteBufAllocator copies) throws IOException {
        if (bytes.hasMemoryAddress()) {
            return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
        }
        if (!bytes.isDirect() || bytes.nioBufferCount() != 1) {
            ByteBuf copy = copies.directBuffer(bytes.readableBytes()).writeBytes(bytes, bytes.readerIndex(),
                    bytes.readableBytes());
            try {
                return send(copy, copies);
            } finally {
                copy.release();
            }
        }
        ByteBuffer data = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
        return socket.send(data, data.position(), data.limit());
    }

    void drop() {
        if (piece != null) {
            piece.release();
            piece = null;
            done = null;
        }
    }
}
