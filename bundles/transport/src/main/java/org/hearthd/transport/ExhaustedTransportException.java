package org.hearthd.transport;

/**
 * One message could not be taken because this process had no descriptor left for one that came with it, which is not the sender's
 * fault; what came half-way was closed. Or it could not be sent because the kernel has no room for its descriptors now: more are on
 * their way to receivers than it allows (ETOOMANYREFS), or it has no memory. That is not the receiver's fault. The connection is still
 * usable.
 */
public final class ExhaustedTransportException extends TransportException {
    private static final long serialVersionUID = 1L;

    /** Says what was lost or not sent. */
    public ExhaustedTransportException(String message) {
        super(message);
    }
}
