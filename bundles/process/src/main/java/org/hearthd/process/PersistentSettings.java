package org.hearthd.process;

import java.util.Map;
import org.hearthd.ashd.Forwarder;

/** One persistent handler's settings, checked. */
record PersistentSettings(String handler, Program program, Forwarder.Limits limits, long delayMinMs, long delayMaxMs, long goodMs,
        long eofMs, long termMs, long drainMs, Ready ready) {
    /**
     * When a process gets requests.
     *
     * @param message whether it says so itself
     * @param afterMs else when it has lived that long
     * @param timeoutMs how long it may take to say so
     */
    record Ready(boolean message, long afterMs, long timeoutMs) {}

    static PersistentSettings of(PersistentConfig config, Map<String, Object> properties) {
        Settings settings = new Settings(properties);
        String handler = settings.handler(config.handler());
        Output[] outputs = {settings.output("stdout", config.stdout()), settings.output("stderr", config.stderr())};
        Program program = settings.program(handler, config.command(), config.directory(),
                settings.environment(config.environment(), config.environment_inherit()), outputs, config.session());
        if (config.restart_delay_min_ms() > config.restart_delay_max_ms()) {
            throw settings.bad("restart.delay.min.ms",
                    "is " + config.restart_delay_min_ms() + " and more than restart.delay.max.ms, "
                            + config.restart_delay_max_ms(),
                    null);
        }
        return new PersistentSettings(handler, program,
                new Forwarder.Limits(config.waiting_max(), config.wait_timeout_ms(), config.datagram_max_bytes()),
                config.restart_delay_min_ms(), config.restart_delay_max_ms(), config.restart_good_ms(), config.end_eof_ms(),
                config.end_term_ms(), config.drain_timeout_ms(),
                new Ready(config.ready_message(), config.ready_after_ms(), config.ready_timeout_ms()));
    }

    /** The pause before the next start after so many short runs. */
    long delayMs(int failures) {
        return failures > 30 ? delayMaxMs : Math.min(delayMaxMs, delayMinMs << failures - 1);
    }
}
