package org.hearthd.transport;

import java.io.IOException;

/** Somebody listens, but its queue of connections is full; worth another attempt. */
public final class FullBacklogException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says where that is. */
    public FullBacklogException(String message) {
        super(message);
    }
}
