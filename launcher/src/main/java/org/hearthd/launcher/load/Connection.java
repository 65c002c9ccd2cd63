package org.hearthd.launcher.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** One connection, kept as long as the server lets it; made when the first request needs it, and anew after it has ended. */
final class Connection {
    /** Hears how each request ends; called once for each. */
    interface Owner {
        /** Exactly one of both is there, or neither where the answer does not tell who made it. */
        void ended(Connection connection, Asked asked, Optional<Version> version, Optional<LoadFailure> failure);
    }

    private final InetSocketAddress address;
    private final Selector selector;
    private final Owner owner;
    private final ByteBuffer buffer;
    private SocketChannel channel;
    private SelectionKey key;
    private Asked asked;
    private ByteBuffer out;
    private AnswerReader reader;

    /** @param buffer shared by the connections of one thread */
    Connection(InetSocketAddress address, Selector selector, Owner owner, ByteBuffer buffer) {
        this.address = address;
        this.selector = selector;
        this.owner = owner;
        this.buffer = buffer;
    }

    /** Asks; this connection must be idle. */
    void ask(Asked request, byte[] head, Inspection inspection) {
        asked = request;
        out = ByteBuffer.wrap(head);
        reader = new AnswerReader(inspection);
        try {
            if (channel == null) {
                connect();
            } else {
                write();
            }
        } catch (IOException e) {
            fail(failure(e));
        }
    }

    private void connect() throws IOException {
        channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = channel.register(selector, SelectionKey.OP_CONNECT, this);
        if (channel.connect(address)) {
            write();
        }
    }

    /** What the selector has found. */
    void ready() {
        try {
            if (key.isConnectable() && channel.finishConnect() || key.isValid() && key.isWritable()) {
                write();
            } else if (key.isReadable()) {
                read();
            }
        } catch (LoadFailure e) {
            fail(e);
        } catch (IOException e) {
            fail(failure(e));
        }
    }

    private void write() throws IOException {
        channel.write(out);
        key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void read() throws IOException, LoadFailure {
        buffer.clear();
        int n = channel.read(buffer);
        buffer.flip();
        if (asked == null) {
            // an idle connection may be ended by the server at any time; the next request makes a new one
            close();
        } else if (n < 0) {
            throw reader.cut("the connection was closed");
        } else if (reader.read(buffer)) {
            if (buffer.hasRemaining()) {
                throw new LoadFailure(LoadFailure.MALFORMED, buffer.remaining() + " bytes behind the answer");
            }
            answered();
        }
    }

    private void answered() throws LoadFailure {
        if (!reader.keepsAlive()) {
            close();
        }
        Optional<Version> version = Optional.empty();
        Optional<LoadFailure> failure = Optional.empty();
        try {
            version = reader.version();
        } catch (LoadFailure e) {
            failure = Optional.of(e);
        }
        end(version, failure);
    }

    /** Fails the request that was planned before that time, if there is one. */
    void expire(long plannedBefore) {
        if (asked != null && asked.planned() - plannedBefore < 0) {
            fail(new LoadFailure(LoadFailure.TIMEOUT, reader.cut("the time has passed").getMessage()));
        }
    }

    private LoadFailure failure(IOException e) {
        return e instanceof ConnectException
                ? new LoadFailure(LoadFailure.REFUSED, e.getMessage())
                : reader.cut(String.valueOf(e.getMessage()));
    }

    private void fail(LoadFailure failure) {
        close();
        if (asked != null) {
            end(Optional.empty(), Optional.of(failure));
        }
    }

    private void end(Optional<Version> version, Optional<LoadFailure> failure) {
        Asked ended = asked;
        asked = null;
        owner.ended(this, ended, version, failure);
    }

    /** Ends the connection, not the request. */
    void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(Connection.class.getName()).log(System.Logger.Level.DEBUG, "close", e);
            }
            channel = null;
        }
    }
}
