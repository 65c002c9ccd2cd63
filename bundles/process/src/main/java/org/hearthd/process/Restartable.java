package org.hearthd.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A handler whose program can be started afresh, because its file has changed, say. A service beside {@code Handler}. */
interface Restartable {
    /** Service property (Long): grows with each change of the configuration, and each restart, that has taken effect. */
    String REVISION = "handler.revision";

    /**
     * Starts the program again and lets it take over once it is ready; what the old process has been sent it answers.
     *
     * @return what has happened, for people; fails if the old process goes on
     */
    CompletableFuture<String> restart();

    /** Why requests may not be answered at the moment, for people; nothing if all is well. */
    List<String> reasons();
}
