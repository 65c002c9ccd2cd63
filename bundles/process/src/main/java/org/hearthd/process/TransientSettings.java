package org.hearthd.process;

import java.util.Map;

/** One transient handler's settings, checked. */
record TransientSettings(String handler, Program program, int concurrency, int waiting, long waitMs, long runMs, long endMs,
        long termMs) {
    static TransientSettings of(TransientConfig config, Map<String, Object> properties) {
        Settings settings = new Settings(properties);
        String handler = settings.handler(config.handler());
        Program program = settings.program(handler, config.command(), config.directory(),
                settings.environment(config.environment(), config.environment_inherit()),
                new Output[] {Output.NULL, settings.output("stderr", config.stderr())}, config.session());
        return new TransientSettings(handler, program, config.concurrency_max(), config.waiting_max(), config.wait_timeout_ms(),
                config.run_timeout_ms(), config.end_eof_ms(), config.end_term_ms());
    }
}
