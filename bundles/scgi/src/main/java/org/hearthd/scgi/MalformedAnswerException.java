package org.hearthd.scgi;

import java.io.IOException;

/** A server's answer that is none. */
final class MalformedAnswerException extends IOException {
    MalformedAnswerException(String message) {
        super(message);
    }
}
