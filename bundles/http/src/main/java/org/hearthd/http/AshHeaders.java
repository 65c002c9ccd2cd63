package org.hearthd.http;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;

/** The X-Ash headers that this front adds, made once for each connection; and the recognition of forged ones. */
final class AshHeaders {
    /** The largest datagram that every ashd(7) handler can take. */
    static final int MAX_DATAGRAM = 65_536;

    private static final AtomicLong CONNECTIONS = new AtomicLong();
    private static final String PREFIX = "X_ASH_";

    private AshHeaders() {}

    /** Names and values in turn. A client on a Unix socket has no address and no port. */
    static String[] of(Channel channel) {
        String id = id(CONNECTIONS.getAndIncrement());
        SocketAddress remote = channel.remoteAddress();
        if (remote instanceof InetSocketAddress client && channel.localAddress() instanceof InetSocketAddress server) {
            return new String[] {"X-Ash-Connection-ID", id, "X-Ash-Address", text(client.getAddress()), "X-Ash-Port",
                Integer.toString(client.getPort()), "X-Ash-Server-Address", text(server.getAddress()),
                "X-Ash-Server-Port", Integer.toString(server.getPort()), "X-Ash-Protocol", "http"};
        }
        return new String[] {"X-Ash-Connection-ID", id, "X-Ash-Protocol", "http"};
    }

    /** Letters A to Z, then AA, BA, ..., ZA, AB: the least significant letter first. */
    static String id(long number) {
        StringBuilder letters = new StringBuilder(6);
        long left = number;
        do {
            letters.append((char) ('A' + left % 26));
            left = left / 26 - 1;
        } while (left >= 0);
        return letters.toString();
    }

    /** RFC 5952 text without brackets and scope; an IPv4-mapped address as IPv4. */
    static String text(InetAddress address) {
        byte[] b = address.getAddress();
        boolean mapped = b.length == 16 && b[10] == -1 && b[11] == -1;
        for (int i = 0; i < 10 && mapped; i++) {
            mapped = b[i] == 0;
        }
        try {
            return NetUtil.toAddressString(
                    mapped ? InetAddress.getByAddress(new byte[] {b[12], b[13], b[14], b[15]}) : InetAddress.getByAddress(b));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + b.length + " bytes", e);
        }
    }

    /** Whether a name would become {@code X_ASH_...} where names are made variables: upper case, other characters to underscores. */
    static boolean isAsh(String name) {
        if (name.length() < PREFIX.length()) {
            return false;
        }
        for (int i = 0; i < PREFIX.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            char mapped = letter ? (char) (c & ~0x20) : c >= '0' && c <= '9' ? c : '_';
            if (mapped != PREFIX.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Refuses a head whose datagram no ashd(7) handler could take. */
    static void checkDatagram(RequestHead head, int addedBytes) throws Refusal {
        int bare = head.lineBytes() + addedBytes;
        if (bare > MAX_DATAGRAM) {
            throw new Refusal(414, "The URL is too long to be passed on.");
        }
        if (bare + RequestHead.fieldBytes(head.fields()) > MAX_DATAGRAM) {
            throw new Refusal(431, "The headers are too long to be passed on.");
        }
    }
}
