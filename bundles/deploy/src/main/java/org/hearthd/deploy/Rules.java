package org.hearthd.deploy;

/**
 * What the configuration says about replacing.
 *
 * @param readyTimeoutMs time for a new bundle to get ready
 * @param refreshOthers whether bundles that use the classes of a replaced one may be restarted
 */
record Rules(long readyTimeoutMs, boolean refreshOthers) {
    static Rules of(DeployConfig config) {
        if (config.ready_timeout_ms() < 100) {
            throw new IllegalArgumentException(
                    DeployConfig.PID + ": ready.timeout.ms=" + config.ready_timeout_ms() + " is less than 100");
        }
        if (config.gc_interval_ms() < 0) {
            throw new IllegalArgumentException(DeployConfig.PID + ": gc.interval.ms=" + config.gc_interval_ms() + " is negative");
        }
        return new Rules(config.ready_timeout_ms(), config.refresh_others());
    }
}
