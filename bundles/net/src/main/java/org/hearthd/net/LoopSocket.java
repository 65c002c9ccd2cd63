package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A stream socket on an event loop, without a channel around it: response sockets and connections to application servers live for one
 * request, and making and unmaking a channel costs more than the few bytes that most answers have. Registered edge-triggered once, so that
 * pausing costs no system call; and never, if the other end has said all when the loop has done what else there is. All but making it
 * happens on the loop, and whoever has it closes it.
 */
public final class LoopSocket {
    /** What arrives. */
    public interface Receiver {
        /** A piece, which the receiver owns. */
        void received(ByteBuf piece);

        /** That was all for now. */
        void receivedAll();

        /**
         * Nothing is delivered after this.
         *
         * @param failure null if the other end has ended its output, else why nothing more can come: e.g. it was closed without having
         *            read everything, which resets the connection behind what it has sent
         */
        void ended(IOException failure);

        /**
         * Nothing is delivered any more, and the socket is closed, which says nothing of the other end: this receiver has failed, or the
         * loop has ended.
         */
        void lost();
    }

    private static final System.Logger LOG = System.getLogger(LoopSocket.class.getName());
    private static final EpollIoOps INPUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLET);
    private static final EpollIoOps BOTH = INPUT.with(EpollIoOps.EPOLLOUT);
    private static final int FIRST_READ = 2048;
    private static final int LARGEST_READ = 256 * 1024;
    /** Then others on the loop get their turn. */
    private static final int READS = 16;

    private final IoEventLoop loop;
    private final Socket socket;
    private final Handle handle = new Handle();
    private final Outgoing outgoing;
    private IoRegistration registration;
    /** Until it is connected, or null. */
    private Promise<LoopSocket> connecting;
    private ByteBufAllocator allocator;
    private Receiver receiver;
    private int readSize = FIRST_READ;
    private boolean reading;
    /** Whether something may be there to read: no edge tells until it was read empty. */
    private boolean readable;
    /** Whether the other end was seen to have ended: the end is behind what can be read. */
    private boolean hangup;
    /** Whether the last piece was all there was. */
    private boolean drained;
    private boolean delivering;
    private boolean closed;

    /** A socket on that loop; owns the number of a non-blocking socket. */
    LoopSocket(Socket socket, EventLoop loop) {
        this.loop = (IoEventLoop) loop;
        this.socket = socket;
        this.outgoing = new Outgoing(socket);
    }

    /**
     * Connects.
     *
     * @return connected, or failed and closed; who cancels it closes it
     */
    Future<LoopSocket> connect(SocketAddress peer, int timeoutMs) {
        try {
            // the kernel says "in progress" even when a server on this machine has been reached already
            if (socket.connect(peer) || peer instanceof InetSocketAddress && socket.remoteAddress() != null) {
                return loop.newSucceededFuture(this);
            }
            register(BOTH);
        } catch (IOException | RuntimeException e) {
            close();
            return loop.newFailedFuture(e);
        }
        Promise<LoopSocket> promise = loop.newPromise();
        connecting = promise;
        Future<?> timeout = timeoutMs == 0
                ? null
                : loop.schedule(
                        () -> promise.tryFailure(new ConnectTimeoutException("no connection within " + timeoutMs + " ms")),
                        timeoutMs, TimeUnit.MILLISECONDS);
        return promise.addListener(done -> {
            connecting = null;
            if (timeout != null) {
                timeout.cancel(false);
            }
            if (!done.isSuccess()) {
                close();
            }
        });
    }

    private void connected() {
        try {
            if (socket.finishConnect()) {
                connecting.trySuccess(this);
            }
        } catch (IOException e) {
            connecting.tryFailure(e);
        }
    }

    /**
     * Begins; nothing is delivered before {@link #reading}. Not after {@link #close}.
     *
     * @param pieces makes the buffers of what is delivered
     * @throws IOException if the loop is stopping; this socket is closed. If the kernel watches no more sockets, it is lost later
     */
    public void open(ByteBufAllocator pieces, Receiver to) throws IOException {
        allocator = pieces;
        receiver = to;
        if (registration == null) {
            try {
                loop.execute(this::begin);
            } catch (RejectedExecutionException e) {
                close();
                throw new IOException("its event loop has ended", e);
            }
        }
    }

    /** When the loop has done what else there is: on a busy machine the other end may have answered, and that may have been all. */
    private void begin() {
        try {
            if (reading && registration == null && Looks.take()) {
                readable = true;
                deliver();
            }
            if (!closed && registration == null) {
                register(INPUT);
            }
        } catch (IOException e) {
            unwatched(e);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void unwatched(IOException cause) {
        LOG.log(Level.WARNING, () -> "a socket is closed: " + cause.getMessage());
        lost();
    }

    private void register(EpollIoOps interest) throws IOException {
        var registered = loop.register(handle);
        if (!registered.isSuccess()) {
            throw new IOException("its event loop does not take it: " + registered.cause(), registered.cause());
        }
        registration = registered.getNow();
        watch(interest);
    }

    private void watch(EpollIoOps interest) throws IOException {
        try {
            registration.submit(interest);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Small pieces that are written one after the other leave at once (TCP_NODELAY); not for Unix sockets, where they do so anyway. */
    public void noDelay() throws IOException {
        socket.setTcpNoDelay(true);
    }

    /** Whether pieces are delivered as they come, or left where they are. */
    public void reading(boolean on) {
        reading = on;
        if (on && readable && !delivering) {
            deliver();
        }
    }

    /** What was last said to {@link #reading(boolean)}; false when the end has come. */
    public boolean isReading() {
        return reading;
    }

    /** Whether the other end is known to have ended its output behind what was delivered, before {@link Receiver#ended} says so. */
    public boolean isAtEnd() {
        return hangup && drained;
    }

    /** What runs each time a part of a piece was sent, and not yet all of it. */
    public void onProgress(Runnable hook) {
        outgoing.onProgress(hook);
    }

    /**
     * Sends a piece, which this method owns. The next one only when this one has been sent. What arrives is delivered also when the
     * other end takes nothing any more.
     *
     * @param done runs on the loop when it was sent, with null, or with why it can not be; not after {@link #close}
     */
    public void write(ByteBuf piece, Consumer<IOException> done) {
        outgoing.set(piece, done);
        flush();
    }

    /** Half-closes: everything was written. */
    public void end() {
        if (closed) {
            return;
        }
        try {
            socket.shutdown(false, true);
        } catch (IOException | NotYetConnectedException e) {
            // the latter is what a TCP connection is that was reset
            LOG.log(Level.DEBUG, "the other end has gone", e);
        }
    }

    /** What the loop sees. */
    private final class Handle implements EpollIoHandle {
        @Override
        public FileDescriptor fd() {
            return socket;
        }

        @Override
        public void handle(IoRegistration of, IoEvent event) {
            try {
                happened(((EpollIoEvent) event).ops().value());
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }

        /** The loop ends. */
        @Override
        public void close() {
            lost();
        }
    }

    /** What goes wrong for one socket is not to cost the others of the loop what has happened to them. */
    private void failed(Throwable cause) {
        LOG.log(Level.ERROR, "a socket is closed because what it serves has failed", cause);
        try {
            lost();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "who is told that a socket was closed fails as well", e);
        }
    }

    private void lost() {
        if (!closed) {
            close();
            if (receiver != null) {
                receiver.lost();
            }
        }
    }

    private void happened(int ops) {
        readable |= (ops & ~EpollIoOps.EPOLLOUT.value()) != 0;
        hangup |= (ops & EpollIoOps.EPOLLRDHUP.value()) != 0;
        if (connecting != null) {
            // only what says that it is decided, or an error would not be seen
            if ((ops & ~INPUT.value()) != 0) {
                connected();
            }
            return;
        }
        if (!outgoing.isEmpty()) {
            flush();
        }
        if (reading && readable && !delivering) {
            deliver();
        }
    }

    private void deliver() {
        delivering = true;
        try {
            for (int i = 0; i < READS && reading && readable && !closed; i++) {
                read();
            }
        } finally {
            delivering = false;
            receiver.receivedAll();
        }
        if (reading && readable && !closed) {
            loop.execute(this::resume);
        }
    }

    private void resume() {
        try {
            reading(reading);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void read() {
        ByteBuf piece = allocator.directBuffer(readSize);
        int length;
        IOException failure = null;
        try {
            length = receive(piece);
        } catch (IOException e) {
            length = -1;
            failure = e;
        } catch (RuntimeException e) {
            piece.release();
            throw e;
        }
        if (length <= 0) {
            piece.release();
            readable = false;
            if (length < 0) {
                reading = false;
                receiver.ended(failure);
            }
            return;
        }
        drained = length < readSize;
        // while nobody tells of the end it is looked for
        readable = hangup || !drained || registration == null;
        if (!drained && readSize < LARGEST_READ) {
            readSize *= 2;
        } else if (length <= readSize / 4 && readSize > FIRST_READ) {
            // else small pieces that wait for a slow client would hold large buffers
            readSize /= 2;
        }
        receiver.received(piece.writerIndex(piece.writerIndex() + length));
    }

    private int receive(ByteBuf into) throws IOException {
        if (into.hasMemoryAddress()) {
            return socket.recvAddress(into.memoryAddress(), into.writerIndex(), into.writerIndex() + readSize);
        }
        ByteBuffer room = into.internalNioBuffer(into.writerIndex(), readSize);
        return socket.recv(room, room.position(), room.limit());
    }

    private void flush() {
        if (outgoing.flush(allocator)) {
            return;
        }
        try {
            if (registration == null) {
                register(BOTH);
            } else {
                watch(BOTH);
            }
        } catch (IOException e) {
            unwatched(e);
        }
    }

    /**
     * Closes the socket so that a TCP peer sees a reset, for one that was told the end of our output sees nothing of {@link #close}; what
     * it has not read is lost. A Unix peer sees the end, as of {@code close}.
     */
    public void reset() {
        if (closed) {
            return;
        }
        try {
            socket.setSoLinger(0);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a socket is closed without a reset", e);
        }
        close();
    }

    /** Closes the socket; nothing is delivered any more. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        reading = false;
        outgoing.drop();
        // with a call, before the number can be had again: a program that is being started may hold the socket for another moment, and what
        // happens to it then would be taken for what happens to the next one of this number
        if (registration != null) {
            registration.cancel();
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a socket", e);
        }
        if (connecting != null) {
            connecting.tryFailure(new ClosedChannelException());
        }
    }
}
