package org.hearthd.stdin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the source on descriptor 0, PID {@code org.hearthd.stdin}. */
@ObjectClassDefinition(name = "Hearth stdin source", description = "Requests from an ashd parent on descriptor 0")
@interface StdinConfig {
    /** Who gets the requests. */
    @AttributeDefinition(description = "A handler that gets every request, e.g. hello; empty = the routes decide", required = false)
    String handler() default "";
}
