package org.hearthd.ashd;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The body of a streamed answer; drops what an answer without a body may not have. */
final class SocketAnswer extends OutputStream {
    private final SocketExchange exchange;
    private final boolean bodyless;

    SocketAnswer(SocketExchange exchange, boolean bodyless) {
        this.exchange = exchange;
        this.bodyless = bodyless;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (!bodyless && count > 0) {
            exchange.send(ByteBuffer.wrap(bytes, offset, count));
        }
    }

    @Override
    public void close() throws IOException {
        exchange.finish();
    }
}
