package org.hearthd.deploy;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the deploy directory. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Deploy", description = "The directory whose jars are kept installed")
@interface DeployConfig {
    /** Time between two looks. */
    @AttributeDefinition(min = "20", max = "60000", description = "Milliseconds between two looks at the directory, 20 to 60000; "
            + "e.g. 200. A jar is taken when two looks have found it the same.")
    int poll_ms() default 200;

    /** The directory. */
    @AttributeDefinition(description = "The directory to watch, absolute; e.g. /srv/hearth/deploy. "
            + "Empty: the directory deploy in the runtime's home.")
    String dir() default "";
}
