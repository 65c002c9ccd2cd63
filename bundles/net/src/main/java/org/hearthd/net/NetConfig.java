package org.hearthd.net;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the event loops. */
@ObjectClassDefinition(name = "Hearth event loops", description = "The threads that move bytes; read once, when the runtime starts.")
@interface NetConfig {
    /** The number of loops. */
    @AttributeDefinition(description = "Number of event loops (threads), e.g. 2; 0 = one for each processor. "
            + "A change takes effect at the next start.", min = "0", max = "1024", required = false)
    int loops() default 0;
}
