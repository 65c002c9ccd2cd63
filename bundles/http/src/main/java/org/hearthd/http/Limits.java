package org.hearthd.http;

/**
 * What a connection of a front must keep to; times in milliseconds. {@code maxBody} 0 is unlimited.
 *
 * @param drainIdle how long an idle connection stays open when the front stops
 * @param socketAnswer how long the taker of a response socket may neither answer nor take more of the body, or 0 for ever
 * @param socketIdle how long no byte may move once such an answer has begun, or 0 for ever
 */
record Limits(int maxUrl, int maxHead, long maxBody, int maxConnections, long headerTimeout, long idleTimeout, long bodyTimeout,
        long writeTimeout, long drainIdle, long socketAnswer, long socketIdle) {
    /** The body bytes that are read and dropped after an early answer, so that the connection can go on. */
    static final long KEEP_ALIVE_DRAIN = 256 * 1024;
    /** The bytes that are read and dropped before a close, so that the answer is not lost to a reset. */
    static final long LINGER_BYTES = 64L * 1024 * 1024;
    /** How long a closing connection waits for the client to close. */
    static final long LINGER_TIMEOUT = 5_000;
}
