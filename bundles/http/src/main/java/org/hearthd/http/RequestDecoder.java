package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Cuts the byte stream into request heads and body pieces, one request at a time and only as fast as the connection wants them: what
 * is not wanted yet stays in the buffer.
 */
final class RequestDecoder extends ByteToMessageDecoder {
    /** How much of an unreadable request line is kept, in bytes. */
    private static final int UNREAD = 1024;

    private final Connection connection;
    private ChannelHandlerContext ctx;
    private byte[] scratch = new byte[1024];
    private int lineStart;
    private int searched;
    private int buffered;
    /** What is left of a body whose length is known, or 0. */
    private long left;
    /** The chunked body that is being read, or null. */
    private Chunks chunks;
    private boolean decoding;
    /** What came of the request line of a head that was refused. */
    private String refused;

    RequestDecoder(Connection connection) {
        this.connection = connection;
    }

    /** How many bytes have arrived and were not wanted yet, or are an incomplete head. */
    int buffered() {
        return buffered;
    }

    /** What has come of a request line that can not be read, or not yet. */
    String unread() {
        return refused != null ? refused : firstLine(internalBuffer());
    }

    private static String firstLine(ByteBuf in) {
        int length = Math.min(in.readableBytes(), UNREAD);
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + length, (byte) '\n');
        String line = in.toString(in.readerIndex(), end < 0 ? length : end - in.readerIndex(), StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** Goes on with what is buffered, because the connection wants more now; within a decoding call that goes on by itself. */
    void resume() throws Exception {
        if (!decoding && buffered > 0) {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
        decoding = true;
        try {
            super.channelRead(context, bytes);
        } finally {
            decoding = false;
        }
    }

    /** Not the inherited one: that would ask for more bytes although the connection has stopped reading. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        context.fireChannelReadComplete();
    }

    /** Not the inherited one: at a half-close that would throw away the requests that wait in the buffer. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        try {
            if (connection.discards()) {
                connection.discarded(in.readableBytes());
                in.skipBytes(in.readableBytes());
            } else if (left > 0 || chunks != null) {
                if (connection.wantsBody()) {
                    body(in, out);
                }
            } else if (connection.wantsHead()) {
                head(in, out);
            }
        } catch (Refusal refusal) {
            refused = refused == null ? firstLine(in) : refused;
            in.skipBytes(in.readableBytes());
            out.add(refusal);
        }
        buffered = in.readableBytes();
    }

    private void body(ByteBuf in, List<Object> out) throws Refusal {
        if (chunks == null) {
            int size = (int) Math.min(left, in.readableBytes());
            left -= size;
            out.add(new BodyPiece(in.readRetainedSlice(size), left == 0));
            return;
        }
        ByteBuf piece = chunks.next(in);
        if (piece != null) {
            out.add(new BodyPiece(piece, false));
        } else if (chunks.ended()) {
            chunks = null;
            out.add(new BodyPiece(Unpooled.EMPTY_BUFFER, true));
        }
    }

    private void head(ByteBuf in, List<Object> out) throws Refusal {
        skipEmptyLines(in);
        int length = headLength(in);
        if (length > 0) {
            RequestHead head = parse(in, length);
            left = Math.max(0, head.length());
            chunks = head.length() == RequestHead.CHUNKED ? new Chunks() : null;
            out.add(head);
        }
    }

    /** An empty line before a request is forgiven (RFC 9112 section 2.2). */
    private void skipEmptyLines(ByteBuf in) {
        while (lineStart == 0 && in.readableBytes() >= 2 && in.getShort(in.readerIndex()) == ('\r' << 8 | '\n')) {
            in.skipBytes(2);
            searched = 0;
        }
    }

    /** The length of the head with its empty line, or 0 while that has not arrived. */
    private int headLength(ByteBuf in) throws Refusal {
        int base = in.readerIndex();
        if (searched == 0 && in.isReadable() && !Tokens.isToken(in.getByte(base)) && in.getByte(base) != '\r') {
            throw new Refusal(400, "This is not an HTTP request.");
        }
        while (true) {
            int feed = in.indexOf(base + searched, in.writerIndex(), (byte) '\n');
            if (feed < 0) {
                searched = in.readableBytes();
                checkLimits(searched);
                return 0;
            }
            int line = feed - base - lineStart;
            checkLimits(feed - base);
            if (line == 0 || in.getByte(feed - 1) != '\r') {
                throw new Refusal(400, "A line ends with a bare LF.");
            }
            searched = feed - base + 1;
            if (line == 1) {
                return searched;
            }
            lineStart = searched;
        }
    }

    private void checkLimits(int length) throws Refusal {
        Limits limits = connection.limits();
        if (lineStart == 0 && length > limits.maxUrl() + 150) {
            throw new Refusal(414, "The URL is longer than " + limits.maxUrl() + " bytes.");
        }
        if (length > limits.maxHead()) {
            throw new Refusal(431, "The request head is longer than " + limits.maxHead() + " bytes.");
        }
    }

    private RequestHead parse(ByteBuf in, int length) throws Refusal {
        if (scratch.length < length) {
            scratch = new byte[length];
        }
        in.readBytes(scratch, 0, length);
        lineStart = 0;
        searched = 0;
        try {
            RequestHead head = HeadParser.parse(scratch, length, connection.limits().maxUrl());
            connection.check(head);
            return head;
        } catch (Refusal refusal) {
            refused = firstLine(Unpooled.wrappedBuffer(scratch, 0, length));
            throw refusal;
        }
    }
}
