package org.hearthd.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes the chunked coding off a body (RFC 9112 section 7.1), as strictly as heads are read: every line ends with CRLF, sizes are
 * hexadecimal digits, trailers are header lines without folding. Extensions and trailers are dropped.
 */
final class Chunks {
    /** The longest size line, and the most that all trailers may take. */
    private static final int LIMIT = 8192;

    private enum State {
        SIZE, DATA, DATA_END, TRAILERS, ENDED
    }

    private State state = State.SIZE;
    private long left;
    private int trailers;

    /** Whether the last chunk and the trailers have been read. */
    boolean ended() {
        return state == State.ENDED;
    }

    /**
     * The next piece of the body.
     *
     * @return owned by the caller; null if there is none in what has arrived
     * @throws Refusal if this is not the chunked coding
     */
    ByteBuf next(ByteBuf in) throws Refusal {
        while (state != State.ENDED && in.isReadable()) {
            if (state == State.DATA) {
                int size = (int) Math.min(left, in.readableBytes());
                left -= size;
                state = left == 0 ? State.DATA_END : State.DATA;
                return in.readRetainedSlice(size);
            }
            int length = line(in);
            if (length < 0) {
                return null;
            }
            line(in, in.readerIndex(), in.readerIndex() + length);
            in.skipBytes(length + 2);
        }
        return null;
    }

    /** The length of the next line without its CRLF, or -1 while that has not arrived. */
    private int line(ByteBuf in) throws Refusal {
        int length = in.bytesBefore((byte) '\n');
        if (length < 0) {
            if (in.readableBytes() > LIMIT || state == State.DATA_END && in.getByte(in.readerIndex()) != '\r') {
                throw malformed();
            }
            return -1;
        }
        if (length == 0 || length > LIMIT || in.getByte(in.readerIndex() + length - 1) != '\r') {
            throw malformed();
        }
        return length - 1;
    }

    private void line(ByteBuf in, int from, int to) throws Refusal {
        switch (state) {
            case SIZE -> {
                left = size(in, from, to);
                state = left == 0 ? State.TRAILERS : State.DATA;
            }
            case DATA_END -> {
                check(from == to);
                state = State.SIZE;
            }
            case TRAILERS -> {
                if (from == to) {
                    state = State.ENDED;
                } else {
                    trailer(in, from, to);
                }
            }
            default -> throw new IllegalStateException(state.name());
        }
    }

    private static long size(ByteBuf in, int from, int to) throws Refusal {
        long size = 0;
        int at = from;
        while (at < to && Character.digit(in.getByte(at), 16) >= 0) {
            size = size << 4 | Character.digit(in.getByte(at), 16);
            check(size <= Integer.MAX_VALUE);
            at++;
        }
        check(at > from);
        int extension = skipBlanks(in, at, to);
        check(at == to || extension < to && in.getByte(extension) == ';');
        checkText(in, extension, to);
        return size;
    }

    private void trailer(ByteBuf in, int from, int to) throws Refusal {
        trailers += to - from;
        check(trailers <= LIMIT);
        int at = from;
        while (at < to && Tokens.isToken(in.getByte(at))) {
            at++;
        }
        check(at > from && at < to && in.getByte(at) == ':');
        checkText(in, at, to);
    }

    private static int skipBlanks(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && (in.getByte(at) == ' ' || in.getByte(at) == '\t')) {
            at++;
        }
        return at;
    }

    /** No control characters but tab: a bare CR is one. */
    private static void checkText(ByteBuf in, int from, int to) throws Refusal {
        for (int i = from; i < to; i++) {
            byte b = in.getByte(i);
            check(b < 0 || b >= ' ' && b != 0x7f || b == '\t');
        }
    }

    private static void check(boolean sound) throws Refusal {
        if (!sound) {
            throw malformed();
        }
    }

    private static Refusal malformed() {
        return new Refusal(400, "The chunked body is not well-formed.");
    }
}
