package org.hearthd.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The shared event loops and the doors between descriptors and channels; a service. Every channel has half-closure allowed: a
 * response socket whose peer has half-closed is the normal case.
 */
@ProviderType
public interface EventLoops {
    /** The next loop in turn. */
    EventLoop next();

    /**
     * Makes a channel of a connected stream socket (Unix or TCP) and registers it; the descriptor becomes non-blocking.
     *
     * @param connected owned by the channel on success, closed on failure
     * @param loop the loop to register with
     * @param handler added before anything is read; an initializer may add more
     * @param autoRead whether reading starts at once; if not, each {@code read} brings at most one piece, and the end of the input
     *            is held back too until it is asked for
     */
    Channel adopt(Fd connected, EventLoop loop, ChannelHandler handler, boolean autoRead) throws IOException;

    /**
     * Connects to a listening stream socket, without blocking: TCP by an {@code InetSocketAddress}, Unix by a
     * {@code UnixDomainSocketAddress}. To be called on the loop; who has the result calls {@link LoopSocket#open} next. The descriptor is
     * not close-on-exec: programs are started by the JDK, which closes all that is not meant for them.
     *
     * @param timeoutMs how long connecting may take, or 0 for as long as the kernel tries
     * @return ends on that loop, perhaps at once: connected, or failed or cancelled and closed
     * @throws IOException if the process has no descriptor left, or the loops are stopping
     */
    Future<LoopSocket> connect(SocketAddress address, EventLoop loop, int timeoutMs) throws IOException;

    /**
     * Accepts on a listening stream socket (Unix or TCP) from now on. Closing the channel never removes a socket path.
     *
     * @param listening owned by the channel on success, closed on failure
     * @param child initializes each accepted channel, which stays with one loop
     */
    Channel accept(Fd listening, ChannelHandler child) throws IOException;

    /**
     * Gives a channel's descriptor away: the channel is closed without a shutdown, its peer notices nothing. What the channel has
     * read already is the caller's to carry over. Not to be called on the channel's loop.
     *
     * @return the descriptor, which the caller owns
     */
    Fd release(Channel channel) throws IOException;

    /**
     * A pair of stream sockets for an exchange whose response socket somebody takes.
     *
     * @throws IOException if there is no transport
     */
    FdPair pair() throws IOException;

    /**
     * Prepares an end of such a pair for a loop, without a channel; it begins with {@link LoopSocket#open}.
     *
     * @param end owned by the result on success, closed on failure; nobody else may hold it
     * @throws IOException if there is no transport, or the loops are stopping
     */
    LoopSocket serve(Fd end, EventLoop loop) throws IOException;

    /**
     * The byte view of an exchange, the only door to it: its own where it has one, else its response socket is taken and adopted.
     *
     * @throws IOException if the response socket can not be had, and the exchange is still the caller's; or if it was taken but can
     *             not be adopted, and it is closed and the exchange has ended ({@link Exchange#ended} tells)
     */
    ByteExchange bytes(Exchange exchange) throws IOException;
}
