package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** What an SCGI server in Python writes, and what the client of the front sees: {@code scgi-answers.txt}, row by row. */
@RunWith(Parameterized.class)
public class ScgiAnswersPeerIT {
    private static final int TIMEOUT_MS = 60_000;

    @ClassRule
    public static final TemporaryFolder FOLDER = new TemporaryFolder();
    private static ScgiServer server;
    private static HearthProcess hearth;
    private final Row row;

    /** One paragraph of the table. */
    private record Row(String name, String request, String written, String end, String seen) {
        static Row of(String paragraph) {
            String request = "GET";
            String written = "";
            String end = "";
            String seen = "";
            List<String> lines = paragraph.lines().toList();
            for (String line : lines.subList(1, lines.size())) {
                String text = line.substring(1).strip();
                switch (line.charAt(0)) {
                    case '?' -> request = text;
                    case '<' -> written = bytes(text);
                    case '!' -> end = text;
                    case '>' -> seen = bytes(text);
                    default -> throw new IllegalArgumentException(line);
                }
            }
            return new Row(lines.get(0), request, written, end, seen);
        }

        private static String bytes(String text) {
            return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").replace("\\x01", "\1");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public ScgiAnswersPeerIT(Row row) {
        this.row = row;
    }

    @Parameters(name = "{0}")
    public static List<Row> rows() throws IOException {
        String table = Files.readString(ScgiServer.RESOURCES.resolve("scgi-answers.txt"));
        String rows = table.lines().filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
        return List.of(rows.strip().split("\n\n+")).stream().map(Row::of).toList();
    }

    @BeforeClass
    public static void start() throws Exception {
        server = ScgiServer.start(FOLDER.getRoot().toPath());
        hearth = HearthProcess.ready(FOLDER.getRoot().toPath().resolve("home"));
        hearth.configure("org.hearthd.scgi-table.cfg", "path = /table\naddress = " + server.address() + "\n");
        hearth.awaitAnswer("/table", 200, "SCGI=1");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (hearth != null) {
            hearth.close();
        }
        server.close();
    }

    @Test
    public void theClientSeesWhatTheTableSays() throws Exception {
        URI url = URI.create(hearth.url("/table"));
        String[] request = row.request.split(" ", 2);
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(TIMEOUT_MS);
            String head = request[0] + " /table HTTP/1.1\r\nHost: h\r\nTest-Write: " + encoded(row.written) + "\r\nTest-End: "
                    + row.end + "\r\n" + (request.length > 1 ? request[1] + "\r\n" : "") + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(expanded(row.seen), seen(new BufferedInputStream(socket.getInputStream()), request[0].equals("HEAD")));
        }
    }

    private static String encoded(String bytes) {
        StringBuilder out = new StringBuilder();
        for (char c : bytes.toCharArray()) {
            out.append(c > ' ' && c < 0x7f && c != '%' ? Character.toString(c) : String.format(Locale.ROOT, "%%%02x", (int) c));
        }
        return out.toString();
    }

    private static String expanded(String text) {
        return text.replace("{x5000}", "x".repeat(5000)).replace("{x65536}", "x".repeat(65_536));
    }

    private String seen(InputStream in, boolean bodiless) throws IOException {
        StringBuilder seen = new StringBuilder();
        List<String> head = head(in);
        if (head.get(0).startsWith("HTTP/1.1 1")) {
            seen.append(shown(head));
            head = head(in);
        }
        if (head.get(0).startsWith("HTTP/1.1 502 ") && head.stream().anyMatch(line -> line.startsWith("X-Request-Id: "))) {
            return "502";
        }
        seen.append(shown(head));
        boolean complete = bodiless || head.get(0).matches("HTTP/1.1 (204|304) .*") || body(in, head, seen);
        return seen + (complete ? "[complete]" : "[broken]");
    }

    /** Without what the front adds; the server's own Date and Server come before it. */
    private static String shown(List<String> head) {
        boolean own = head.contains("Server: app");
        return head.stream().filter(line -> own || !line.startsWith("Date: ") && !line.startsWith("Server: "))
                .collect(Collectors.joining("|", "", "||"));
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            lines.add(line);
        }
        return lines;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("after " + line);
            }
            line.append((char) b);
        }
        return line.substring(0, line.length() - 1);
    }

    /** Returns whether the body has come to its end. */
    private boolean body(InputStream in, List<String> head, StringBuilder seen) throws IOException {
        try {
            if (head.contains("Transfer-Encoding: chunked")) {
                for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                    boolean whole = piece(in, size, seen);
                    if (row.end.equals("reset-later")) {
                        server.read();
                    }
                    if (!whole || !line(in).isEmpty()) {
                        return false;
                    }
                }
                return line(in).isEmpty();
            }
            String length = head.stream().filter(line -> line.startsWith("Content-Length: ")).findFirst().orElseThrow();
            return piece(in, Integer.parseInt(length.substring("Content-Length: ".length())), seen);
        } catch (SocketException | EOFException e) {
            return false;
        }
    }

    private static boolean piece(InputStream in, int size, StringBuilder seen) throws IOException {
        for (int i = 0; i < size; i++) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            seen.append((char) b);
        }
        return true;
    }
}
