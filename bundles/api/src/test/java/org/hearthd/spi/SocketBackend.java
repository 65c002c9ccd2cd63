package org.hearthd.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Response;

/**
 * For tests: the backend of an exchange that has nothing but its response socket, and maybe one view.
 *
 * @param socket null for none
 * @param view null for none
 */
public record SocketBackend(Fd socket, Object view) implements Backend {
    /** A backend without a view. */
    public SocketBackend(Fd socket) {
        this(socket, null);
    }

    @Override
    public InputStream body() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void respond(Response response) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OutputStream begin(int status, Headers headers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void abort() {
        if (socket != null) {
            socket.close();
        }
    }

    @Override
    public Fd takeSocket() throws IOException {
        if (socket == null) {
            throw new IOException("no socket");
        }
        return socket.take();
    }

    @Override
    public <T> Optional<T> adapt(Class<T> type, ManagedExchange exchange) {
        return Optional.ofNullable(view).map(type::cast);
    }
}
