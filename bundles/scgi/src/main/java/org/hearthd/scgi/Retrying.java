package org.hearthd.scgi;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hearthd.Exchange;

/** Servers that may come a little later, perhaps because their program is started for this request; delays nobody else. */
final class Retrying implements Dialer {
    private final Dialer servers;
    private final Launch launch;
    private final Starter starter;
    private final Consumer<String> end;
    private volatile boolean reached;

    /**
     * A dialer for all modes but anonymous.
     *
     * @param starter null in client mode
     * @param end ends the runtime
     */
    Retrying(Dialer servers, Launch launch, Starter starter, Consumer<String> end) {
        this.servers = servers;
        this.launch = launch;
        this.starter = starter;
        this.end = end;
    }

    @Override
    public Future<Line> dial(EventLoop loop, Exchange request) {
        Attempt attempt = new Attempt(loop, request);
        attempt.connect();
        return attempt.result;
    }

    @Override
    public List<String> reasons() {
        return starter == null
                ? servers.reasons()
                : Stream.concat(starter.reasons().stream(), servers.reasons().stream()).toList();
    }

    /** One request's attempts. Of one loop. */
    private final class Attempt {
        final Promise<Line> result;
        private final EventLoop loop;
        private final Exchange request;
        private int left = launch.retry().times();
        private boolean started;

        Attempt(EventLoop loop, Exchange request) {
            this.loop = loop;
            this.request = request;
            this.result = loop.newPromise();
        }

        void connect() {
            servers.dial(loop, request).addListener(this::connected);
        }

        private void connected(Future<? super Line> dialed) {
            if (dialed.isSuccess()) {
                if (!reached) {
                    reached = true;
                }
                result.setSuccess((Line) dialed.getNow());
            } else if (!(dialed.cause() instanceof Refused refused) || !refused.nobody()) {
                fail(dialed.cause());
            } else if (starter != null && !started) {
                started = true;
                starter.start().whenComplete((done, failure) -> loop.execute(() -> started(refused, failure)));
            } else {
                later(refused);
            }
        }

        private void started(Refused refused, Throwable failure) {
            if (failure != null) {
                fail(failure.getCause() instanceof Refused why ? why : failure);
            } else if (launch.mode() == Launch.Mode.LAUNCHING) {
                connect();
            } else {
                later(refused);
            }
        }

        private void later(Refused refused) {
            if (left-- > 0) {
                loop.schedule(this::connect, launch.retry().delayMs(), TimeUnit.MILLISECONDS);
            } else {
                fail(refused);
            }
        }

        private void fail(Throwable why) {
            result.setFailure(why);
            if (launch.essential() && !reached) {
                end.accept("no connection was possible at the first request: " + why.getMessage());
            }
        }
    }
}
