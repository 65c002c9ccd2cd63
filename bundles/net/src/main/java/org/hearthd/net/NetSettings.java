package org.hearthd.net;

/**
 * The configuration after it was checked.
 *
 * @param threads how many loops
 * @param writeTimeoutMs how long the peer of a response socket may take nothing of what waits for it
 */
record NetSettings(int threads, long writeTimeoutMs) {
    static final long WRITE_TIMEOUT_MS = 60_000;
    private static final long LONGEST_MS = 86_400_000;

    /** @throws IllegalArgumentException naming PID and key */
    static NetSettings of(NetConfig config) {
        if (config.loops() < 0) {
            throw new IllegalArgumentException("org.hearthd.net: loops is " + config.loops() + ", must be 0 or more");
        }
        long write = config.write_timeout_ms();
        if (write < 1 || write > LONGEST_MS) {
            throw new IllegalArgumentException("org.hearthd.net: write.timeout.ms is " + write + ", must be 1 to " + LONGEST_MS);
        }
        int threads = config.loops() > 0 ? config.loops() : Runtime.getRuntime().availableProcessors();
        return new NetSettings(threads, write);
    }
}
