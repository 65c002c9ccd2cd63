package org.hearthd.launcher.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
    private static final class Body implements Inspection {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void head(Map<String, String> headers) {
            text.append(headers.get("x-a")).append('|');
        }

        @Override
        public void body(ByteBuffer piece) {
            text.append(StandardCharsets.ISO_8859_1.decode(piece));
        }

        @Override
        public Optional<Version> end() {
            return Optional.empty();
        }
    }

    @Test
    void itDoesNotMatterWhereAnAnswerIsCutIntoPieces() throws Exception {
        byte[] answer = ("HTTP/1.1 200 OK\r\nX-A:  b \r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nHello\r\nA\r\n, everyone\r\n0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut < answer.length; cut++) {
            Body body = new Body();
            AnswerReader reader = new AnswerReader(body);
            assertFalse(reader.read(ByteBuffer.wrap(answer, 0, cut)), "whole at " + cut);
            assertTrue(reader.read(ByteBuffer.wrap(answer, cut, answer.length - cut)), "not whole, cut at " + cut);
            assertEquals("b|Hello, everyone", body.text.toString());
        }
    }

    @Test
    void whatComesBehindAnAnswerIsLeft() throws Exception {
        ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n12HTTP");
        assertTrue(new AnswerReader(new Body()).read(bytes));
        assertEquals(4, bytes.remaining());
    }

    @Test
    void anAnswerWithoutABodyEndsWithItsHead() throws Exception {
        assertTrue(new AnswerReader(new Body()).read(StandardCharsets.ISO_8859_1.encode("HTTP/1.1 204 None\r\n\r\n")));
    }
}
