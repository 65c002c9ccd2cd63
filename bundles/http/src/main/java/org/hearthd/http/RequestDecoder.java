package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the byte stream into request heads and body pieces, one request at a time and only as fast as the connection wants them: what
 * is not wanted yet stays in the buffer. Heads are read by {@link HeadParser}; for a body Netty's decoder is given a head of our own
 * that says nothing but its length, so that nothing of the client's head reaches it.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private static final byte[] CHUNKED_HEAD = head("Transfer-Encoding: chunked");

    private final Connection connection;
    private final List<Object> sink = new ArrayList<>(2);
    private ChannelHandlerContext ctx;
    private byte[] scratch = new byte[1024];
    private int lineStart;
    private int searched;
    private int buffered;
    private boolean inBody;
    private boolean decoding;

    RequestDecoder(Connection connection) {
        super(new HttpDecoderConfig().setMaxInitialLineLength(1024).setMaxHeaderSize(8192).setMaxChunkSize(1 << 20)
                .setStrictLineParsing(true));
        this.connection = connection;
    }

    private static byte[] head(String field) {
        return ("POST / HTTP/1.1\r\n" + field + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** How many bytes have arrived and were not wanted yet, or are an incomplete head. */
    int buffered() {
        return buffered;
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
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (connection.discards()) {
            connection.discarded(in.readableBytes());
            in.skipBytes(in.readableBytes());
        } else if (inBody) {
            body(context, in, out);
        } else if (connection.wantsHead()) {
            head(context, in, out);
        }
        buffered = in.readableBytes();
    }

    private void body(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        while (out.isEmpty() && in.isReadable() && connection.wantsBody()) {
            int before = in.readableBytes();
            super.decode(context, in, out);
            if (in.readableBytes() == before) {
                return;
            }
        }
        if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent) {
            inBody = false;
        }
    }

    private void head(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        try {
            skipEmptyLines(in);
            int length = headLength(in);
            if (length > 0) {
                RequestHead head = parse(in, length);
                inBody = head.length() != 0;
                if (inBody) {
                    expectBody(context, head.length());
                }
                out.add(head);
            }
        } catch (Refusal refusal) {
            in.skipBytes(in.readableBytes());
            out.add(refusal);
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
        RequestHead head = HeadParser.parse(scratch, length, connection.limits().maxUrl());
        lineStart = 0;
        searched = 0;
        connection.check(head);
        return head;
    }

    private void expectBody(ChannelHandlerContext context, long length) throws Exception {
        byte[] head = length == RequestHead.CHUNKED ? CHUNKED_HEAD : head("Content-Length: " + length);
        super.decode(context, Unpooled.wrappedBuffer(head), sink);
        sink.clear();
    }
}
