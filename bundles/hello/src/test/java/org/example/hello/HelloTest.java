package org.example.hello;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.junit.jupiter.api.Test;

class HelloTest {
    private static final class Client implements Backend {
        private Response response;

        @Override
        public InputStream body() {
            return InputStream.nullInputStream();
        }

        @Override
        public void respond(Response whole) {
            response = whole;
        }

        @Override
        public OutputStream begin(int status, Headers headers) {
            throw new UnsupportedOperationException("hello does not stream");
        }

        @Override
        public void abort() {
            throw new UnsupportedOperationException("hello does not abort");
        }

        @Override
        public Fd takeSocket() {
            throw new UnsupportedOperationException("hello takes no socket");
        }

        @Override
        public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
            return Optional.empty();
        }
    }

    @Test
    void itSaysItsVersionAndWhatItWasAsked() throws Exception {
        Client client = new Client();
        Request request = Request.of("GET", "/hello/you?x", "HTTP/1.1", "/you", Headers.EMPTY);
        new Hello().handle(ManagedExchange.of("test", request, client));
        assertEquals(200, client.response.status());
        assertEquals("Hello from hello 1.0.0 (GET, rest \"/you\")\n",
                StandardCharsets.UTF_8.decode(client.response.body()).toString());
    }
}
