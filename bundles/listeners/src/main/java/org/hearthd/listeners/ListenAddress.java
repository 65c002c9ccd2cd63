package org.hearthd.listeners;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.hearthd.transport.UnixAddress;

/**
 * Where a socket listens: {@code 127.0.0.1:8080}, {@code [::1]:8080}, {@code *:80} (every address), {@code localhost:0} (a free
 * port), or {@code unix:/run/hearth.sock}. Exactly one of the two parts is set.
 *
 * @param tcp host and port, or null
 * @param unix a path, or null
 */
public record ListenAddress(InetSocketAddress tcp, UnixAddress unix) {
    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException naming the text and what is wrong with it
     */
    public static ListenAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return new ListenAddress(null, UnixAddress.of(text.substring(5)));
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("address " + text + " is neither HOST:PORT nor unix:PATH");
        }
        return new ListenAddress(new InetSocketAddress(host(text, text.substring(0, colon)), port(text, colon)), null);
    }

    private static InetAddress host(String text, String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("address " + text + ": an IPv6 address needs brackets, as in [::1]:8080");
        }
        try {
            return host.equals("*")
                    ? new InetSocketAddress(0).getAddress()
                    : InetAddress.getByName(bracketed ? host.substring(1, host.length() - 1) : host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address " + text + ": unknown host " + host, e);
        }
    }

    private static int port(String text, int colon) {
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("address " + text + ": port " + port + " is not a number from 0 to 65535");
        }
        return Integer.parseInt(port);
    }

    @Override
    public String toString() {
        if (unix != null) {
            return unix.toString();
        }
        String host = tcp.getAddress().isAnyLocalAddress() ? "*" : tcp.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + tcp.getPort();
    }
}
