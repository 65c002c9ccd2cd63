package org.hearthd.itest.transport.jna;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** A struct msghdr with one part and room for the control data of the 253 descriptors that the kernel carries. */
final class Message {
    private static final int CONTROL = 2048;
    private static final int HEADER = 16;

    private final Memory message = new Memory(56);
    private final Memory part = new Memory(16);
    private final Memory control = new Memory(CONTROL);

    Message() {
        message.clear();
        message.setPointer(16, part);
        message.setLong(24, 1);
        message.setPointer(32, control);
    }

    private void part(ByteBuffer direct, int offset, int length) {
        part.setPointer(0, Native.getDirectBufferPointer(direct).share(offset));
        part.setLong(8, length);
    }

    /** Prepares for receiving. */
    Pointer incoming(ByteBuffer direct, int length) {
        part(direct, 0, length);
        message.setLong(40, CONTROL);
        message.setInt(48, 0);
        return message;
    }

    /** Prepares for sending. */
    Pointer outgoing(ByteBuffer direct, int offset, int length, int[] numbers) {
        part(direct, offset, length);
        message.setLong(40, numbers.length == 0 ? 0 : HEADER + (numbers.length * 4L + 7 & ~7));
        control.setLong(0, HEADER + numbers.length * 4L);
        control.setInt(8, Libc.SOL_SOCKET);
        control.setInt(12, Libc.SCM_RIGHTS);
        control.write(HEADER, numbers, 0, numbers.length);
        return message;
    }

    /** Whether the last receive set a flag. */
    boolean has(int flag) {
        return (message.getInt(48) & flag) != 0;
    }

    /** The descriptors that the last receive brought. */
    int[] numbers() {
        int end = (int) message.getLong(40);
        int at = 0;
        while (at + HEADER <= end) {
            int length = (int) control.getLong(at);
            if (control.getInt(at + 8) == Libc.SOL_SOCKET && control.getInt(at + 12) == Libc.SCM_RIGHTS) {
                return control.getIntArray(at + HEADER, (length - HEADER) / 4);
            }
            at += length + 7 & ~7;
        }
        return new int[0];
    }
}
