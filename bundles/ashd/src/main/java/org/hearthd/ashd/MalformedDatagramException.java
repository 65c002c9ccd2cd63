package org.hearthd.ashd;

import java.io.IOException;

/** A datagram that is no request. */
public final class MalformedDatagramException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    MalformedDatagramException(int offset, String why) {
        super("malformed datagram at byte " + offset + ": " + why);
        this.offset = offset;
    }

    /** The byte at which the datagram stopped being a request, counted from 0. */
    public int offset() {
        return offset;
    }
}
