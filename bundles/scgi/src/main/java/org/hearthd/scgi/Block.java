package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects the strings of a netstring; used again and again, for making room costs more than filling it. Of one thread. */
final class Block {
    /** What most requests need, and what is kept for the next one. */
    private static final int USUAL = 4096;

    private byte[] bytes = new byte[USUAL];
    private int size;

    /** Begins anew. */
    void clear() {
        size = 0;
        if (bytes.length > USUAL) {
            bytes = new byte[USUAL];
        }
    }

    /** A string of octets, and a NUL behind it. */
    @SuppressWarnings("deprecation") // the low bytes are what is wanted, and nothing else copies them without an array of its own
    void add(String octets) {
        int length = octets.length();
        if (bytes.length - size <= length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + length + 1));
        }
        octets.getBytes(0, length, bytes, size);
        size += length;
        bytes[size++] = 0;
    }

    /** What was collected, with its length in front; whoever gets it releases it. */
    ByteBuf netstring(ByteBufAllocator allocator) {
        byte[] length = Integer.toString(size).getBytes(StandardCharsets.US_ASCII);
        ByteBuf out = allocator.directBuffer(length.length + size + 2);
        return out.writeBytes(length).writeByte(':').writeBytes(bytes, 0, size).writeByte(',');
    }
}
