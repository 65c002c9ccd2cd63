package org.hearthd.observe;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the descriptor budget, PID {@code org.hearthd.observe}. */
@ObjectClassDefinition(name = "Hearth descriptor budget", description = "How many descriptors requests may make this process use")
@interface BudgetConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "Open descriptors of this process, e.g. 800, past which no request gets another one but a 503; "
                    + "0 = four fifths of the limit (ulimit -n)",
            min = "0", max = "1000000000", required = false)
    long descriptors_max() default 0;
    // @formatter:on
}
