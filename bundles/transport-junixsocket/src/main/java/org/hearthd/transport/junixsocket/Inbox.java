package org.hearthd.transport.junixsocket;

import java.io.IOException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.TransportException;
import org.newsclub.net.unix.Fds;

/** Hands received numbers over to a packet. */
final class Inbox {
    private Inbox() {}

    /** Closes the numbers and says why. */
    static TransportException refuse(int[] numbers, String why) {
        close(numbers);
        return new TransportException(why + (numbers.length == 0 ? "" : "; closed its " + numbers.length + " descriptors"));
    }

    static void close(int[] numbers) {
        for (int number : numbers) {
            OwnedFd.closeNumber(number);
        }
    }

    /** Puts the numbers into the packet, close-on-exec; refuses them if they are more than it may have. */
    static void deliver(int[] numbers, Packet packet) throws IOException {
        if (numbers.length > packet.maxFds()) {
            throw refuse(numbers, "a message with " + numbers.length + " descriptors where " + packet.maxFds() + " may come");
        }
        // all have an owner before anything can fail
        for (int number : numbers) {
            packet.fds().add(new OwnedFd(number));
        }
        for (int number : numbers) {
            Fds.closeOnExec(number);
        }
    }
}
