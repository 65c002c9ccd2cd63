package org.hearthd.stdin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the source on descriptor 0; the source runs only where this configuration exists. */
@ObjectClassDefinition(name = "Standard input", description = "Takes requests from an ashd parent on descriptor 0")
@interface StdinConfig {
    /** Who answers. */
    @AttributeDefinition(description = "A handler that gets every request, e.g. hello; empty = the routes decide", required = false)
    String handler() default "";

    /** When to stop reading. */
    @AttributeDefinition(description = "Requests in progress at most, e.g. 500; then the parent waits; 0 = any number", required = false)
    int progress_max() default 0;
}
