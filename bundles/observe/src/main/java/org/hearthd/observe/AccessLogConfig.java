package org.hearthd.observe;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Configuration of one access log, factory PID {@code org.hearthd.observe.access}. */
@ObjectClassDefinition(name = "Hearth access log", description = "One line for each request; org.hearthd.observe.access-NAME.cfg")
@interface AccessLogConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "Where the lines go: stderr, or an absolute path, e.g. /var/log/hearth/access.log; a file that was moved away, "
                    + "as by logrotate, is made anew",
            required = false)
    String target() default "stderr";

    @AttributeDefinition(
            description = "How a line looks: combined (Apache's format and some fields more) or json (one object in each line), e.g. json",
            options = {@Option("combined"), @Option("json")}, required = false)
    String format() default "combined";

    @AttributeDefinition(
            description = "Lines that may wait to be written, in KiB, e.g. 4096; what comes when they are more is counted, and the count "
                    + "is written instead",
            min = "16", max = "1048576", required = false)
    int buffer_kib() default 4096;
    // @formatter:on
}
