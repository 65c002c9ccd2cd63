package org.newsclub.net.unix;

import java.io.IOException;
import java.net.SocketOptions;

/** For senders of messages that are longer than the default allows. */
public final class SendBuffer {
    private SendBuffer() {}

    /** SO_SNDBUF; the kernel has a limit, and doubles it. */
    public static void set(int number, int bytes) throws IOException {
        NativeUnixSocket.setSocketOptionInt(Fds.of(number), SocketOptions.SO_SNDBUF, bytes);
    }
}
