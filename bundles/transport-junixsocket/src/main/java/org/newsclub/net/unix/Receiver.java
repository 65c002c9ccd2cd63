package org.newsclub.net.unix;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import java.util.Map;

/**
 * Receives bytes with descriptors. junixsocket remembers every received descriptor until the JDK closes it, and loses those that came
 * in control data it finds truncated (the process ran out of descriptors half-way). So the numbers are read from the control data
 * itself, and what junixsocket remembers is forgotten after each call.
 */
public final class Receiver extends Port {
    /** What {@link #receive} returns when nothing could be received at the moment. */
    public static final int AGAIN = 0;
    /** What {@link #receive} returns at the end, and for a message without bytes. */
    public static final int END = -1;
    /** What {@link #receive} returns when the control data was truncated: the bytes are lost, {@link #numbers} has what came. */
    public static final int TRUNCATED = -2;

    private static final int[] NONE = {};
    /** The kernel's limit of 253 descriptors takes 1,032 bytes; the rest is for what other holders of the socket switched on. */
    private static final int CONTROL = 2048;
    private static final byte[] ZEROES = new byte[CONTROL];
    private static final int HEADER = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final VarHandle BUFFER = field("ancillaryReceiveBuffer", ByteBuffer.class);
    private static final VarHandle REMEMBERED = field("openReceivedFileDescriptors", Map.class);

    private final AncillaryDataSupport ancillary = new AncillaryDataSupport();
    private final Map<?, ?> remembered = (Map<?, ?>) REMEMBERED.get(ancillary);
    private final ByteBuffer control = ByteBuffer.allocateDirect(CONTROL).order(ByteOrder.nativeOrder());

    /** Receives on a duplicate of {@code original}. */
    public Receiver(int original, int wake) throws IOException {
        super(original, SelectionKey.OP_READ, wake);
        BUFFER.set(ancillary, control);
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(AncillaryDataSupport.class, MethodHandles.lookup())
                    .findVarHandle(AncillaryDataSupport.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the junixsocket that the bundle was written for", e);
        }
    }

    /**
     * Receives once, to the beginning of a direct buffer; take the {@link #numbers} afterwards, whatever the result is.
     *
     * @return the number of bytes, {@link #AGAIN}, {@link #END} or {@link #TRUNCATED}
     */
    public int receive(ByteBuffer room, int length) throws IOException {
        try {
            return NativeUnixSocket.receive(fd, room, 0, length, null, 0, ancillary, 0);
        } catch (SocketException e) {
            if (fd.valid() && e.getClass() == SocketException.class) {
                return TRUNCATED;
            }
            throw e;
        } finally {
            ancillary.clearReceivedFileDescriptors();
            remembered.clear();
        }
    }

    /** Receives bytes only; the kernel drops descriptors that come with them. Returns as {@link #receive} does. */
    public int read(ByteBuffer room, int length) throws IOException {
        return NativeUnixSocket.receive(fd, room, 0, length, null, 0, null, 0);
    }

    /** The numbers that the last receive brought, which the caller owns. */
    public int[] numbers() {
        if (control.getLong(0) == 0) {
            return NONE;
        }
        int[] numbers = NONE;
        int at = 0;
        while (at + HEADER <= CONTROL && control.getLong(at) >= HEADER) {
            int length = (int) control.getLong(at);
            if (control.getInt(at + 8) == SOL_SOCKET && control.getInt(at + 12) == SCM_RIGHTS) {
                int before = numbers.length;
                numbers = Arrays.copyOf(numbers, before + (length - HEADER) / Integer.BYTES);
                for (int i = before; i < numbers.length; i++) {
                    numbers[i] = control.getInt(at + HEADER + (i - before) * Integer.BYTES);
                }
            }
            at += (length + 7) & ~7;
        }
        control.put(0, ZEROES);
        return numbers;
    }
}
