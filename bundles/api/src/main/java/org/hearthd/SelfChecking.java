package org.hearthd;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A {@link Handler} that can tell whether it works. A new version of a handler bundle takes over only after its handlers have
 * passed; a version that does not pass is refused and the old one goes on.
 */
@ConsumerType
public interface SelfChecking {
    /**
     * Checks what the handler needs, e.g. that its database answers. Called before the handler gets its first exchange, and
     * where it failed perhaps again later; on a thread of its own that is interrupted when the check takes too long
     * ({@code check.timeout.ms} of dispatch).
     *
     * @throws Exception if the handler can not work; the message is shown to the operator
     */
    void selfCheck() throws Exception;
}
