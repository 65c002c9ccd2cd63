package org.hearthd.ashd;

import java.io.IOException;

/** A datagram that is not a request. */
public class MalformedDatagramException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    /** Says what is wrong and at which byte of the datagram, counted from 0. */
    public MalformedDatagramException(String what, int offset) {
        super("malformed request datagram: " + what + " at byte " + offset);
        this.offset = offset;
    }

    /** The byte of the datagram where it went wrong, counted from 0; its length if it ended too early. */
    public int offset() {
        return offset;
    }
}
