package org.hearthd.net;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the event loops. */
@ObjectClassDefinition(name = "Hearth event loops", description = "The threads that move bytes, and how long they wait for the reader "
        + "of a response socket.")
@interface NetConfig {
    /** The number of loops. */
    @AttributeDefinition(description = "Number of event loops (threads), e.g. 2; 0 = one for each processor. "
            + "A change takes effect at the next start.", min = "0", max = "1024", required = false)
    int loops() default 0;

    /** How long a reader may take nothing. */
    @AttributeDefinition(description = "Time in milliseconds in which the reader of a response socket must take some of its answer, "
            + "e.g. 60000; then the socket is closed.", min = "1", max = "86400000", required = false)
    long write_timeout_ms() default NetSettings.WRITE_TIMEOUT_MS;
}
