package org.hearthd.lifecycle;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of start and end. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Lifecycle", description = "How long the runtime waits when it starts and when it ends")
@interface LifecycleConfig {
    String PID = "org.hearthd.lifecycle";

    /** Time for the requests in progress when the runtime ends. */
    @AttributeDefinition(description = "Milliseconds for which requests in progress may run on when the runtime ends, 0 to 86400000; "
            + "e.g. 30000.", min = "0", max = "86400000")
    long drain_timeout_ms() default 30000;

    /** When the log says what is waited for. */
    @AttributeDefinition(description = "Milliseconds after the start after which a runtime that is not ready logs what it waits for, 0 to "
            + "86400000; "
            + "e.g. 3000.", min = "0", max = "86400000")
    long ready_warn_ms() default 3000;
}
