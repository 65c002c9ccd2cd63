package org.hearthd.transport;

import java.io.IOException;

/**
 * One message could not be taken (truncated data, truncated control data, more descriptors than asked for; everything that came
 * with it was closed) or not be sent (too long, too many descriptors). The connection is still usable.
 */
public class TransportException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what was wrong with the message. */
    public TransportException(String message) {
        super(message);
    }
}
