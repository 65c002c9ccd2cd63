package org.hearthd.deploy;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the deploy directory. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Deploy", description = "The directory whose jars are kept installed")
@interface DeployConfig {
    /** The PID. */
    String PID = "org.hearthd.deploy";

    /** Time between two looks. */
    @AttributeDefinition(min = "20", max = "60000", description = "Milliseconds between two looks at the directory, 20 to 60000; "
            + "e.g. 200. A jar is taken when two looks have found it the same.")
    int poll_ms() default 200;

    /** The directory. */
    @AttributeDefinition(description = "The directory to watch, absolute; e.g. /srv/hearth/deploy. "
            + "Empty: the directory deploy in the runtime's home.")
    String dir() default "";

    /** Patience with a new version. */
    @AttributeDefinition(min = "100", max = "3600000", description = "Milliseconds that a new version has to get its handlers ready, "
            + "100 to 3600000; e.g. 30000. After that it is refused and the old one goes on.")
    long ready_timeout_ms() default 30_000;

    /** Whether others may be disturbed. */
    @AttributeDefinition(description = "Whether a new version may replace one whose classes other bundles use, which restarts those; "
            + "e.g. false: such a jar is refused and they are named.")
    boolean refresh_others() default false;

    /** Pause between requested garbage collections. */
    @AttributeDefinition(min = "0", max = "3600000", description = "Least milliseconds between two garbage collections that are "
            + "requested to see whether the classes of replaced bundles go, up to 3600000; e.g. 5000. 0: none is requested.")
    long gc_interval_ms() default 5_000;
}
