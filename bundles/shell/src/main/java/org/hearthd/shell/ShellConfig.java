package org.hearthd.shell;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the control socket. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Shell", description = "The control socket, to which hearth ctl connects")
@interface ShellConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "Where hearth ctl connects: an absolute PATH or unix:PATH, at most 107 bytes, e.g. /run/hearth/ctl.sock; "
                    + "empty = run/ctl.sock in HOME",
            required = false)
    String address() default "";

    @AttributeDefinition(
            description = "Milliseconds that one command may take with its answer, 1 to 86400000, e.g. 150000; then it is interrupted",
            required = false, min = "1", max = "86400000")
    long command_timeout_ms() default 150_000;
    // @formatter:on
}
