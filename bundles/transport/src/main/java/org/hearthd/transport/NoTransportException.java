package org.hearthd.transport;

import java.io.IOException;

/** There is no transport at the moment, because one is being replaced; worth another attempt. */
public final class NoTransportException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * What is missing.
     *
     * @param what e.g. {@code stream transport}
     */
    public NoTransportException(String what) {
        super("no " + what + " is there at the moment");
    }
}
