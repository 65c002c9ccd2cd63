package org.hearthd.listeners;

import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/** A listening socket and what becomes of its path. Both endings close the descriptor unless it was taken out of {@link #fd}. */
@ProviderType
public interface ListeningSocket {
    /** The listening descriptor, non-blocking and close-on-exec; the caller takes it, or leaves it to the ending. */
    Fd fd();

    /** The address it really listens on: with the port that the kernel chose. */
    ListenAddress address();

    /**
     * Whether its path was bound here: then nobody else accepts from it, and who waits to be accepted when it stops waits for this
     * process. What was given to this process (LISTEN_FDS) keeps its queue for the next.
     */
    boolean bound();

    /** Ends by handing over: somebody else goes on listening, the path stays. */
    void handOver();

    /** Ends by really stopping: a path that was bound here, and is still the same file, is removed. */
    void stop();
}
