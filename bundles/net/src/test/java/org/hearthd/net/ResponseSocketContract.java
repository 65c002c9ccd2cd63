package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.SocketBackend;
import org.junit.jupiter.api.AfterEach;

/** A response socket with its view, and a client at the other end. */
abstract class ResponseSocketContract extends LoopsContract {
    protected final BlockingQueue<String> body = new LinkedBlockingQueue<>();
    protected Ends ends;
    protected Exchange exchange;
    protected ByteExchange view;

    @AfterEach
    void closeEnds() throws IOException {
        if (ends != null) {
            ends.client().close();
            ends.server().close();
        }
    }

    /** An exchange whose response socket is the server's end, and maybe with a view of its own. */
    protected static Exchange exchange(Fd socket, ByteExchange own) {
        return exchange("GET", socket, own);
    }

    protected static Exchange exchange(String method, Fd socket, ByteExchange own) {
        return ManagedExchange.of("test", Request.of(method, "/", "HTTP/1.1", "", Headers.of()), new SocketBackend(socket, own));
    }

    protected void open(boolean unix) throws Exception {
        ends = Ends.of(unix);
        exchange = exchange(ends.server(), null);
        view = loops.bytes(exchange);
        on(() -> {
            view.body(new ByteExchange.Body() {
                @Override
                public void data(ByteBuf piece) {
                    body.add(piece.toString(StandardCharsets.US_ASCII));
                    piece.release();
                }

                @Override
                public void end() {
                    body.add("END");
                }

                @Override
                public void failed(IOException cause) {
                    body.add("FAILED");
                }
            });
            return null;
        });
    }

    protected <T> T on(Callable<T> task) throws Exception {
        return view.loop().submit(task).get(60, TimeUnit.SECONDS);
    }

    protected String next() throws Exception {
        on(() -> {
            view.read();
            return null;
        });
        return body.poll(60, TimeUnit.SECONDS);
    }

    protected String bodyToItsEnd() throws Exception {
        StringBuilder all = new StringBuilder();
        String piece;
        while (!(piece = next()).equals("END")) {
            all.append(piece);
        }
        return all.toString();
    }
}
