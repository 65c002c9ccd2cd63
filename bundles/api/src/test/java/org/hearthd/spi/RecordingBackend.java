package org.hearthd.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Response;

/** Writes down what reaches the client. */
final class RecordingBackend implements Backend {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    /** Runs in every call, perhaps throwing, before anything is written down. */
    volatile Step before = () -> {};
    volatile EmptyFd socket = new EmptyFd();

    /** What a test does in the middle of a call. */
    interface Step {
        void run() throws IOException;
    }

    private void call(String name) throws IOException {
        before.run();
        calls.add(name);
    }

    @Override
    public InputStream body() {
        calls.add("body");
        return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public void respond(Response response) throws IOException {
        call("respond " + response.status());
    }

    @Override
    public OutputStream begin(int status, Headers headers) throws IOException {
        call("begin " + status);
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                before.run();
                sent.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                before.run();
                sent.write(bytes, offset, count);
            }

            @Override
            public void flush() throws IOException {
                call("flush");
            }

            @Override
            public void close() throws IOException {
                call("close");
            }
        };
    }

    @Override
    public void abort() {
        calls.add("abort");
    }

    @Override
    public Fd takeSocket() throws IOException {
        call("take");
        return socket;
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
        return view == ManagedExchange.class ? Optional.of(view.cast(exchange)) : Optional.empty();
    }

    /** A descriptor that is none: what counts is whether it was closed. */
    static final class EmptyFd implements Fd {
        private boolean open = true;

        @Override
        public int number() {
            throw new IllegalStateException("no number");
        }

        @Override
        public Fd take() {
            throw new IllegalStateException("no number");
        }

        @Override
        public Fd dup() {
            throw new IllegalStateException("no number");
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
