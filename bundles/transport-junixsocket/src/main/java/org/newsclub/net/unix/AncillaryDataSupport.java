package org.newsclub.net.unix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The control data of one message, as junixsocket's native code sees it. It stands in for the class of this name in junixsocket itself,
 * which keeps objects for each received descriptor until the JDK closes it. Here the numbers stay in the buffer until
 * {@link Receiver#numbers} gives them an owner. The native code finds what is here by its name and type.
 */
final class AncillaryDataSupport {
    /** Where the kernel puts the control data of a received message. */
    final ByteBuffer ancillaryReceiveBuffer;
    /** The descriptors that go with the next message; the native code takes them out. */
    int[] pendingFileDescriptors;

    /** For control data of at most so many bytes. */
    AncillaryDataSupport(int capacity) {
        ancillaryReceiveBuffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    /** Tells of descriptors that are in the buffer. */
    void receiveFileDescriptors(int[] numbers) {
        assert numbers.length > 0;
    }

    /** Tells of a failed message of another address family. */
    void setTipcErrorInfo(int code, int length) {
        throw new UnsupportedOperationException("TIPC");
    }

    /** Tells whom a message of another address family was for. */
    void setTipcDestName(int type, int lower, int upper) {
        throw new UnsupportedOperationException("TIPC");
    }
}
