package org.hearthd.dispatch;

/**
 * The checked numbers of {@link DispatchConfig}.
 *
 * @param threads threads of one handler's pool
 * @param queue exchanges that wait for one of them
 * @param timeoutMs time until the answer must begin
 * @param retryAfterS what Retry-After says
 * @param parkMax exchanges that wait for an absent handler
 * @param parkTimeoutMs how long each waits
 * @param drainTimeoutMs time for requests in progress when a handler goes
 * @param checkTimeoutMs time for a self-check
 */
record Limits(int threads, int queue, long timeoutMs, int retryAfterS, int parkMax, long parkTimeoutMs, long drainTimeoutMs,
        long checkTimeoutMs) {
    static final String PID = "org.hearthd.dispatch";
    static final int MAX_THREADS = 4096;
    static final int MAX_QUEUE = 1_000_000;
    static final long MAX_TIMEOUT_MS = 86_400_000;
    /** For whatever somebody waits meanwhile. */
    static final long MAX_WAIT_MS = 600_000;

    /**
     * Checks a configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    static Limits of(DispatchConfig config) {
        return new Limits((int) check("pool.threads", config.pool_threads(), 1, MAX_THREADS),
                (int) check("pool.queue", config.pool_queue(), 0, MAX_QUEUE),
                check("handler.timeout.ms", config.handler_timeout_ms(), 1, MAX_TIMEOUT_MS),
                (int) check("retry.after.s", config.retry_after_s(), 0, 86_400),
                (int) check("park.max", config.park_max(), 0, MAX_QUEUE),
                check("park.timeout.ms", config.park_timeout_ms(), 0, MAX_WAIT_MS),
                check("drain.timeout.ms", config.drain_timeout_ms(), 0, MAX_WAIT_MS),
                check("check.timeout.ms", config.check_timeout_ms(), 1, MAX_WAIT_MS));
    }

    private static long check(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    PID + ": " + key + " = " + value + " is out of range, " + least + " to " + most + " are possible");
        }
        return value;
    }
}
