package org.hearthd.dispatch;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one route. */
@Retention(RetentionPolicy.RUNTIME)
@ObjectClassDefinition(name = "Route", description = "Sends requests that meet all its conditions to a handler")
@interface RouteSettings {
    /** The handler's name. */
    @AttributeDefinition(description = "Name of the handler that gets the requests (its property handler.name); e.g. blog.")
    String handler();

    /** Path prefix. */
    @AttributeDefinition(required = false, description = "Path prefix on a segment boundary, with its leading slash; e.g. /blog, which "
            + "matches /blog and /blog/x but not /blogs. / matches everything. Excludes pattern.")
    String path() default "";

    /** Regular expression. */
    @AttributeDefinition(required = false, description = "Regular expression (java.util.regex) that is searched in the rest string, "
            + "which has no leading slash; e.g. ^img/(.*)\\.png$. Excludes path.")
    String pattern() default "";

    /** Host condition. */
    @AttributeDefinition(required = false, description = "Host name without port, exact or as *.example.org for all below it; "
            + "e.g. blog.example.org. Empty: any host.")
    String host() default "";

    /** Method condition. */
    @AttributeDefinition(required = false, description = "Methods, separated by commas; e.g. GET, HEAD. Empty: any method.")
    String[] methods() default {};

    /** Header conditions. */
    @AttributeDefinition(required = false, description = "Conditions Name=regex, separated by commas (a comma in a regex is \\,); all "
            + "must be found in some value of their header; e.g. Accept=text/html, X-Mode=^beta$.")
    String[] headers() default {};

    /** Priority. */
    @AttributeDefinition(required = false, description = "Routes of higher priority are tried first; e.g. 10.")
    int priority() default 0;

    /** Rest template. */
    @AttributeDefinition(required = false, description = "The new rest string: $0 the matched text, $1 to $9 groups of pattern, $_ the old "
            + "rest string, $$ a dollar sign; e.g. img/$1. Empty: what follows the match.")
    String rest() default "";

    /** Whether readiness waits for the handler. */
    @AttributeDefinition(required = false, description = "Whether the runtime is ready only when the handler is there; e.g. false.")
    boolean required() default true;
}
