package org.hearthd.itests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection of an HTTP/1.1 client that never makes another one: it shows whether the connection stays. */
final class KeepAlive implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)$");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding: *chunked$");
    private final Socket socket;
    private final InputStream in;

    /** Connects to the host and port of that URL. */
    KeepAlive(String url) throws IOException {
        URI uri = URI.create(url);
        socket = new Socket();
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a request and reads its answer: head and body. */
    String get(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
        return answer();
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Whether something of an answer is there. */
    boolean answered() throws IOException {
        return in.available() > 0;
    }

    /** Reads the head of an answer. */
    String head() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            text.append(line).append('\n');
        }
        return text.append('\n').toString();
    }

    /** Reads one answer; throws if the connection ends before it. */
    String answer() throws IOException {
        String head = head();
        return head + body(head);
    }

    /** Reads the body of the answer whose head that is. */
    String body(String head) throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (CHUNKED.matcher(head).find()) {
            return chunks();
        }
        return body(length.find() ? Integer.parseInt(length.group(1)) : 0);
    }

    /** Reads so many bytes of a body and drops them. */
    void skip(long bytes) throws IOException {
        in.skipNBytes(bytes);
    }

    private String chunks() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int length = Integer.parseInt(line(), 16); length > 0; length = Integer.parseInt(line(), 16)) {
            text.append(body(length)).append(line());
        }
        return text.append(line()).toString();
    }

    private String body(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the connection ended in the body, " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection ended in the head, after: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** Reads until the other side ends the connection; a reset is an end too. */
    String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection is still open, after: " + rest, e);
        } catch (IOException e) {
            rest.writeBytes(("(" + e.getMessage() + ")").getBytes(StandardCharsets.ISO_8859_1));
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
