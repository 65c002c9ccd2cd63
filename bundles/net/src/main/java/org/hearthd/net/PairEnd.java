package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * One end of a socket pair of ours on an event loop, without a channel around it: a response socket lives for one request, and making
 * and unmaking a channel costs more than the few bytes that most answers have. Registered edge-triggered once, so that pausing costs
 * no system call. All but making it happens on the loop, and whoever opens it closes it.
 */
public final class PairEnd implements EpollIoHandle {
    /** What arrives. */
    public interface Receiver {
        /** A piece, which the receiver owns. */
        void received(ByteBuf piece);

        /** That was all for now. */
        void receivedAll();

        /**
         * The other end has ended its output; nothing is delivered after this.
         *
         * @param reset whether it was closed without having read everything
         */
        void ended(boolean reset);
    }

    private static final System.Logger LOG = System.getLogger(PairEnd.class.getName());
    private static final EpollIoOps INPUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLET);
    private static final EpollIoOps BOTH = INPUT.with(EpollIoOps.EPOLLOUT);
    private static final int FIRST_READ = 2048;
    private static final int LARGEST_READ = 256 * 1024;
    /** Then others on the loop get their turn. */
    private static final int READS = 16;

    private final IoEventLoop loop;
    private final Socket socket;
    private final Receiver receiver;
    private IoRegistration registration;
    private ByteBufAllocator allocator;
    private int readSize = FIRST_READ;
    private boolean reading;
    /** Whether something may be there to read: no edge tells until it was read empty. */
    private boolean readable;
    /** Whether the other end was seen to have ended: the end is behind what can be read. */
    private boolean hangup;
    private boolean delivering;
    private boolean closed;
    private ByteBuf writing;
    private Runnable written;

    /** An end that owns the number of a non-blocking socket. */
    PairEnd(int number, EventLoop loop, Receiver receiver) {
        this.loop = (IoEventLoop) loop;
        this.socket = new Socket(number);
        this.receiver = receiver;
    }

    /**
     * Begins; nothing is delivered before {@link #reading}. Not after {@link #close}.
     *
     * @throws IOException if the loop is stopping, or the kernel watches no more sockets; this end is closed
     */
    public void open(ByteBufAllocator pieces) throws IOException {
        allocator = pieces;
        var registered = loop.register(this);
        if (!registered.isSuccess()) {
            close();
            throw new IOException("the event loops are stopping", registered.cause());
        }
        registration = registered.getNow();
        try {
            registration.submit(INPUT);
        } catch (UncheckedIOException e) {
            close();
            throw e.getCause();
        }
    }

    /** Whether pieces are delivered as they come, or left where they are. */
    public void reading(boolean on) {
        reading = on;
        if (on && readable && !delivering) {
            deliver();
        }
    }

    /**
     * Sends a piece, which this method owns. The next one only when this one has been sent.
     *
     * @param done runs when it was sent, on the loop; never, if the other end takes nothing any more
     */
    public void write(ByteBuf piece, Runnable done) {
        writing = piece;
        written = done;
        flush();
    }

    /** Half-closes: everything was written. */
    public void end() {
        if (closed) {
            return;
        }
        try {
            socket.shutdown(false, true);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the other end has gone", e);
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration of, IoEvent event) {
        readable = true;
        hangup |= ((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLRDHUP);
        if (writing != null) {
            flush();
        }
        if (reading && !delivering) {
            deliver();
        }
    }

    private void deliver() {
        delivering = true;
        try {
            for (int i = 0; i < READS && reading && readable && !closed; i++) {
                read();
            }
            receiver.receivedAll();
        } finally {
            delivering = false;
        }
        if (reading && readable && !closed) {
            loop.execute(this::resume);
        }
    }

    private void resume() {
        reading(reading);
    }

    private void read() {
        ByteBuf piece = allocator.directBuffer(readSize);
        int length;
        boolean reset = false;
        try {
            ByteBuffer room = piece.internalNioBuffer(piece.writerIndex(), readSize);
            length = socket.recv(room, room.position(), room.limit());
        } catch (IOException e) {
            length = -1;
            reset = true;
        }
        if (length <= 0) {
            piece.release();
            readable = false;
            if (length < 0) {
                reading = false;
                receiver.ended(reset);
            }
            return;
        }
        boolean full = length == readSize;
        readable = full || hangup;
        if (full && readSize < LARGEST_READ) {
            readSize *= 2;
        }
        receiver.received(piece.writerIndex(piece.writerIndex() + length));
    }

    private void flush() {
        try {
            while (writing.isReadable()) {
                int sent = send(writing);
                if (sent == 0) {
                    registration.submit(BOTH);
                    return;
                }
                writing.skipBytes(sent);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the other end takes nothing any more", e);
            drop();
            return;
        }
        Runnable done = written;
        drop();
        done.run();
    }

    private int send(ByteBuf piece) throws IOException {
        if (!piece.isDirect() || piece.nioBufferCount() != 1) {
            ByteBuf copy = allocator.directBuffer(piece.readableBytes()).writeBytes(piece, piece.readerIndex(),
                    piece.readableBytes());
            try {
                return send(copy);
            } finally {
                copy.release();
            }
        }
        ByteBuffer data = piece.internalNioBuffer(piece.readerIndex(), piece.readableBytes());
        return socket.send(data, data.position(), data.limit());
    }

    private void drop() {
        if (writing != null) {
            writing.release();
            writing = null;
            written = null;
        }
    }

    /** Closes the socket; nothing is delivered any more. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        reading = false;
        drop();
        if (registration != null) {
            registration.cancel();
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a socket", e);
        }
    }
}
