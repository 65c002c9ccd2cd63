package org.hearthd.process;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Octets of a request (one in each character) as text that the virtual machine turns back into the same octets when it starts a program.
 * It can not pass octets that are no text in the locale's encoding.
 */
final class Octets {
    /** How the virtual machine writes arguments and variables; it has no method that tells. */
    private static final Charset NATIVE = Runtime.version().feature() < 18
            ? Charset.defaultCharset()
            : Charset.forName(System.getProperty("sun.jnu.encoding"));

    private Octets() {}

    /**
     * The text to pass.
     *
     * @throws IllegalArgumentException naming {@code what} if it can not be passed
     */
    static String text(String octets, String what) {
        return text(octets, what, NATIVE);
    }

    static String text(String octets, String what, Charset charset) {
        boolean plain = true;
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("the " + what + " has a NUL");
            }
            plain &= c < 0x80;
        }
        if (plain) {
            return octets;
        }
        try {
            ByteBuffer bytes = StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(octets));
            return charset.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the " + what + " is not text in " + charset, e);
        }
    }
}
