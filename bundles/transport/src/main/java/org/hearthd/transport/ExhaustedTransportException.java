package org.hearthd.transport;

/**
 * One message could not be taken because this process had no descriptor left for one that came with it. Not the sender's fault; what
 * came half-way was closed. The connection is still usable.
 */
public final class ExhaustedTransportException extends TransportException {
    private static final long serialVersionUID = 1L;

    /** Says what was lost. */
    public ExhaustedTransportException(String message) {
        super(message);
    }
}
