package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import org.hearthd.spi.ResponseHead;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The non-blocking view of an exchange. All methods are called, and all callbacks run, on {@link #loop}. Whoever uses it has the
 * duty to end it with {@link #end} or {@link #abort}.
 */
@ConsumerType
public interface ByteExchange {
    /** Receives the request body. */
    interface Body {
        /** The next piece; the receiver releases it. */
        void data(ByteBuf piece);

        /** The body is complete. */
        void end();

        /** The body will never be complete: the client is gone or broke the rules. */
        void failed(IOException cause);
    }

    /** The loop of this exchange. */
    EventLoop loop();

    /** Sets the receiver of the body, once, before the first {@link #read}. */
    void body(Body receiver);

    /** Asks for one more call of the receiver: this is the back-pressure. */
    void read();

    /**
     * Passes an interim response (1xx but 101) on before the response head, without headers that would frame a body, where the way to
     * the client can carry one; a raw response socket can not, for its reader would take it for the answer.
     */
    default void interim(ResponseHead head) {
        // a proxy may drop what its next hop can not understand
    }

    /**
     * Writes the response head; once. It leaves with the next {@link #flush} or {@link #end}.
     *
     * @return may succeed before that: then the pieces behind it tell what becomes of it
     */
    ChannelFuture head(ResponseHead head);

    /**
     * Writes a piece of the response body, which leaves with the next {@link #flush} or {@link #end}. Takes ownership of the buffer, on
     * failure too.
     */
    ChannelFuture write(ByteBuf piece);

    /** Lets what was written leave. */
    void flush();

    /** Whether the client's buffers have room; writing more is allowed but piles up. */
    boolean writable();

    /** Sets what runs each time {@link #writable} changes. */
    void onWritable(Runnable hook);

    /**
     * Sets what runs once when there is nobody any more to take the answer, at once if that is so already; a half-close does not count. Of
     * a response socket that was taken only this tells: its exchange has ended. All other views leave it to {@code Exchange.onGone}.
     */
    default void onGone(Runnable hook) {
        // the exchange tells
    }

    /** The response is complete, and leaves. */
    ChannelFuture end();

    /** Breaks the client's connection: what was written never looks complete; what was not flushed is lost. */
    void abort();
}
