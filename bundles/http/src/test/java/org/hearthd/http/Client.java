package org.hearthd.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A raw HTTP client: sends what it is told and reads answers strictly. */
final class Client implements AutoCloseable {
    final Socket socket;
    final InputStream in;
    private final OutputStream out;

    Client(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** An answer as it was framed. */
    record Answer(int status, List<String> lines, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        String header(String name) {
            return lines.stream().filter(l -> l.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(l -> l.substring(name.length() + 1).strip()).findFirst().orElse(null);
        }

        long count(String name) {
            return lines.stream().filter(l -> l.regionMatches(true, 0, name + ":", 0, name.length() + 1)).count();
        }
    }

    Client send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Client send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    Client get(String url) throws IOException {
        return send("GET " + url + " HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    Answer answer() throws IOException {
        return answer(false);
    }

    /** Reads one answer; throws if it is cut short. */
    Answer answer(boolean toHead) throws IOException {
        List<String> head = head();
        int status = Integer.parseInt(head.get(0).substring(9, 12));
        Answer bare = new Answer(status, head, new byte[0]);
        if (toHead || status == 204 || status == 304 || status < 200) {
            return bare;
        }
        if (bare.header("Transfer-Encoding") != null) {
            return new Answer(status, head, chunks());
        }
        String length = bare.header("Content-Length");
        return new Answer(status, head, length == null ? in.readAllBytes() : exactly(Integer.parseInt(length)));
    }

    private List<String> head() throws IOException {
        StringBuilder text = new StringBuilder();
        String line = line();
        while (!line.isEmpty()) {
            text.append(line).append('\n');
            line = line();
        }
        return Arrays.asList(text.toString().split("\n"));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size = Integer.parseInt(line(), 16);
        while (size > 0) {
            body.write(exactly(size));
            if (!line().isEmpty()) {
                throw new IOException("chunk without CRLF");
            }
            size = Integer.parseInt(line(), 16);
        }
        if (!line().isEmpty()) {
            throw new IOException("trailers");
        }
        return body.toByteArray();
    }

    byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("cut short after " + bytes.length + " of " + count);
        }
        return bytes;
    }

    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        while (b != '\n') {
            if (b < 0) {
                throw new EOFException("end after: " + line);
            }
            line.write(b);
            b = in.read();
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new IOException("bare LF after: " + text);
        }
        return text.substring(0, text.length() - 1);
    }

    /** Whether the server has closed (or reset) without another byte. */
    boolean atEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
