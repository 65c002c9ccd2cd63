package org.hearthd.transport;

import java.io.IOException;

/**
 * One message could not be taken (truncated data, truncated control data, descriptors without bytes or more of them than asked for)
 * or not be sent (too long, too many descriptors). The connection is still usable.
 */
public class TransportException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what was wrong with the message. */
    public TransportException(String message) {
        super(message);
    }
}
