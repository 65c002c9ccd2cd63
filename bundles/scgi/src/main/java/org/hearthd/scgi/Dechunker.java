package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Takes chunked framing off, for servers that apply it although SCGI has none. */
final class Dechunker {
    private static final int LONGEST_LINE = 4096;

    private enum State {
        SIZE, DATA, DATA_END, TRAILER, DONE
    }

    private final StringBuilder line = new StringBuilder();
    private State state = State.SIZE;
    private long left;

    /** Whether the last chunk has arrived. */
    boolean isDone() {
        return state == State.DONE;
    }

    /**
     * Takes a piece apart.
     *
     * @param in read as far as it belongs to the body; stays the caller's
     * @param out gets retained slices
     * @throws MalformedAnswerException if the framing is broken
     */
    void read(ByteBuf in, Consumer<ByteBuf> out) throws MalformedAnswerException {
        while (in.isReadable() && state != State.DONE) {
            if (state == State.DATA) {
                int size = (int) Math.min(left, in.readableBytes());
                out.accept(in.readRetainedSlice(size));
                left -= size;
                state = left == 0 ? State.DATA_END : State.DATA;
            } else {
                character((char) (in.readByte() & 0xff));
            }
        }
    }

    private void character(char c) throws MalformedAnswerException {
        if (c != '\n') {
            if (line.length() == LONGEST_LINE) {
                throw new MalformedAnswerException("its chunked framing has an endless line");
            }
            line.append(c);
            return;
        }
        String text = line.toString().strip();
        line.setLength(0);
        switch (state) {
            case SIZE -> size(text);
            case DATA_END -> {
                if (!text.isEmpty()) {
                    throw new MalformedAnswerException("a chunk of it is longer than it says");
                }
                state = State.SIZE;
            }
            default -> state = text.isEmpty() ? State.DONE : State.TRAILER;
        }
    }

    private void size(String text) throws MalformedAnswerException {
        int end = text.indexOf(';');
        String digits = (end < 0 ? text : text.substring(0, end)).strip();
        if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
            throw new MalformedAnswerException("the size of a chunk of it is " + HeadReader.shown(text));
        }
        left = Long.parseLong(digits, 16);
        state = left == 0 ? State.TRAILER : State.DATA;
    }
}
