package org.hearthd.stdin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the source on descriptor 0; the source runs only where this configuration exists. */
@ObjectClassDefinition(name = "Standard input", description = "Takes requests from an ashd parent on descriptor 0")
@interface StdinConfig {
    /** Who answers. */
    @AttributeDefinition(description = "A handler that gets every request, e.g. hello; empty = the routes decide", required = false)
    String handler() default "";
}
