package org.hearthd.http;

/** A request that the front answers itself, with this status, before it closes the connection. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param reason one sentence for the client */
    Refusal(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
