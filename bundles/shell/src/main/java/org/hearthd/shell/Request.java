package org.hearthd.shell;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a client asks: words in UTF-8, each with a NUL behind it, until the client closes its direction. */
final class Request {
    private static final int MAX_BYTES = 64 * 1024;

    private Request() {}

    /**
     * Reads to the end.
     *
     * @throws ProtocolException saying what is wrong with the request
     * @throws IOException if the connection is broken
     */
    static List<String> read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new ProtocolException("the command has more than " + MAX_BYTES + " bytes");
        }
        if (bytes.length > 0 && bytes[bytes.length - 1] != 0) {
            throw new ProtocolException("the last word of the command has no NUL behind it");
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.isEmpty() ? List.of() : List.of(text.substring(0, text.length() - 1).split("\0", -1));
        } catch (CharacterCodingException e) {
            throw (IOException) new ProtocolException("the command is not UTF-8").initCause(e);
        }
    }
}
