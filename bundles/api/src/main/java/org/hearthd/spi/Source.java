package org.hearthd.spi;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that creates exchanges, registered as a service while it takes requests. Lifecycle stops all sources before anything
 * else when the runtime ends.
 */
@ConsumerType
public interface Source {
    /** Service property (String, optional): the URL under which a client reaches this source, e.g. {@code http://127.0.0.1:8080/}. */
    String URL = "source.url";

    /** What this source is, for messages, e.g. {@code http main on 127.0.0.1:8080}. */
    String describe();

    /**
     * Takes no new requests from now on; those in progress go on, and those that the kernel has accepted for this source already
     * are still served. Called repeatedly it does nothing more.
     *
     * @return completes when the last exchange of this source has ended and its clients have their answers
     */
    CompletionStage<Void> drain();

    /**
     * Completes when this source can never bring another request by itself (end of file on descriptor 0); others never do. If that
     * is so because it broke, the stage completes exceptionally with the reason, whose message says what broke: the runtime drains
     * and ends as well, but as one that failed.
     */
    CompletionStage<Void> exhausted();
}
