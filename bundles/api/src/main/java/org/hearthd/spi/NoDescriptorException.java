package org.hearthd.spi;

import java.io.IOException;

/** There is no descriptor left for this; nothing has been done. The message is a sentence for the client, who gets a 503. */
public final class NoDescriptorException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Nothing was lost but this request.
     *
     * @param reason one sentence
     * @param cause or null
     */
    public NoDescriptorException(String reason, Throwable cause) {
        super(reason, cause);
    }

    /** None: where it comes from says nothing, and it comes when there is much to do. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
