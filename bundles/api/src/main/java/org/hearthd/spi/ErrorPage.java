package org.hearthd.spi;

import org.hearthd.Response;

/** The answers that rooms give themselves when no handler does. */
public final class ErrorPage {
    private ErrorPage() {}

    /**
     * A short text for people with the request id for the log, in the body and as {@code X-Request-Id}.
     *
     * @param reason one sentence for the client
     */
    public static Response of(String id, int status, String reason) {
        return Response.text(status, status + " " + ResponseHead.reason(status) + "\n" + reason + "\nRequest " + id + "\n")
                .with("X-Request-Id", id);
    }
}
