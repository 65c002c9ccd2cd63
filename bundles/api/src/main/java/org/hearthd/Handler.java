package org.hearthd;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that answers exchanges, registered under the property {@link #NAME}. A handler that answers with a line of text:
 *
 * <pre>
 * &#64;Component(property = {Handler.NAME + "=hello", Handler.PATH + "=/hello"})
 * public final class Hello implements Handler {
 *     &#64;Override
 *     public void handle(Exchange exchange) throws IOException {
 *         exchange.respond(Response.text(200, "Hello\n"));
 *     }
 * }
 * </pre>
 *
 * Many threads call {@code handle} at once. Unless the service says {@link #NON_BLOCKING} they come from a bounded pool of this
 * handler's own and may block.
 */
@ConsumerType
public interface Handler {
    /** Service property (String, required): the name by which routes and sources mean this handler. */
    String NAME = "handler.name";
    /** Service property (String or String[], optional): path prefixes this handler brings along as routes, e.g. {@code /hello}. */
    String PATH = "handler.path";
    /** Service property (Boolean, optional, default false): {@code handle} never blocks and may run on an event loop. */
    String NON_BLOCKING = "handler.nonblocking";
    /** Service property (Integer, optional): threads of this handler's pool; default: {@code pool.threads} of dispatch. */
    String THREADS = "handler.threads";
    /** Service property (Integer, optional): exchanges that may wait for a thread; default: {@code pool.queue} of dispatch. */
    String QUEUE = "handler.queue";
    /**
     * Service property (Long, milliseconds, optional): time until the answer must begin; default: that of dispatch. 0 for none: for a
     * handler that has deadlines of its own for every step.
     */
    String TIMEOUT = "handler.timeout.ms";
    /**
     * Service property (Integer, optional): requests that wait while this handler is absent, e.g. being replaced; default:
     * {@code park.max} of dispatch. Remembered while the handler is away.
     */
    String PARK_MAX = "handler.park.max";
    /** Service property (Long, milliseconds, optional): how long each waits then; default: {@code park.timeout.ms} of dispatch. */
    String PARK_TIMEOUT = "handler.park.timeout.ms";
    /**
     * Service property (Boolean, optional, default false): the handler holds something that only one can hold, such as a lock file.
     * Its bundle is stopped before a new version is started, and requests wait meanwhile.
     */
    String EXCLUSIVE = "handler.exclusive";

    /**
     * Takes the exchange and answers it, here or later on any thread. The exchange belongs to this handler whatever happens: when
     * this method throws, dispatch answers 500 with the request id, or breaks the connection if the answer had begun.
     *
     * @throws IOException if the client or the answer's path is gone; treated like any other exception
     */
    void handle(Exchange exchange) throws IOException;
}
