package org.hearthd.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * Whether a client that has sent its FIN still listens can only be learned by asking: TCP keep-alive asks in the background, and a
 * reset comes back from a client that is gone for good.
 */
final class Probe {
    private static final int SECONDS = 5;

    private Probe() {}

    static void start(Channel channel) {
        if (channel instanceof EpollSocketChannel) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, SECONDS);
            channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, SECONDS);
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }
}
