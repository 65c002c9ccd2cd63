package org.hearthd.dispatch;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of dispatch: defaults for every handler. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Dispatch", description = "Defaults for the pools, queues and deadlines of all handlers")
@interface DispatchConfig {
    /** Threads of one handler's pool. */
    @AttributeDefinition(description = "Threads of each blocking handler's own pool, 1 to 4096; e.g. 16. "
            + "A handler's property handler.threads overrides it.", min = "1", max = "4096")
    int pool_threads() default 16;

    /** Exchanges that wait for a thread. */
    @AttributeDefinition(description = "Exchanges that may wait for a thread of one handler's pool, 0 to 1000000; e.g. 256. "
            + "One more is answered with 503. A handler's property handler.queue overrides it.", min = "0", max = "1000000")
    int pool_queue() default 256;

    /** Time until the answer must begin. */
    @AttributeDefinition(description = "Milliseconds until a handler's answer must begin, 1 to 86400000; e.g. 30000. "
            + "Then the client gets 504. A handler's property handler.timeout.ms overrides it.", min = "1", max = "86400000")
    long handler_timeout_ms() default 30000;

    /** What Retry-After says. */
    @AttributeDefinition(description = "Seconds that Retry-After names in a 503, 0 to 86400; e.g. 1.", min = "0", max = "86400")
    int retry_after_s() default 1;

    /** Exchanges that wait for an absent handler. */
    @AttributeDefinition(description = "Requests that may wait for one absent handler, e.g. while it is being replaced, 0 to 1000000; "
            + "e.g. 1000. One more is answered with 503; 0 = none waits. "
            + "A handler's property handler.park.max overrides it.", min = "0", max = "1000000")
    int park_max() default 1000;

    /** How long they wait. */
    @AttributeDefinition(description = "Milliseconds for which a request waits for an absent handler, 0 to 600000; e.g. 5000. Then it is "
            + "answered with 503; 0 = none waits. "
            + "A handler's property handler.park.timeout.ms overrides it.", min = "0", max = "600000")
    long park_timeout_ms() default 5000;

    /** Time for requests in progress when a handler goes. */
    @AttributeDefinition(description = "Milliseconds for which a handler that is withdrawn or replaced goes on with the requests it has, "
            + "0 to 600000; e.g. 30000. Then they are logged, "
            + "and get 502 or, half answered, a broken connection.", min = "0", max = "600000")
    long drain_timeout_ms() default 30000;

    /** Time for a self-check. */
    @AttributeDefinition(description = "Milliseconds that a handler's self-check may take before it counts as failed, 1 to 600000; "
            + "e.g. 10000.", min = "1", max = "600000")
    long check_timeout_ms() default 10000;
}
