package org.hearthd.scgi;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hearthd.Exchange;

/** Servers that may come a little later, perhaps because their program is started for this request; delays nobody else. */
final class Retrying implements Dialer {
    /** Who has bound an address before us listens in a moment. */
    private static final int TAKEN_ATTEMPTS = 10;
    private static final long TAKEN_PAUSE_MS = 50;

    private final Dialer servers;
    private final Launch launch;
    private final Starter starter;
    private final Consumer<String> end;
    private volatile boolean reached;
    /** Why nothing is tried any more, or null. */
    private final AtomicReference<Refused> over = new AtomicReference<>();
    /** Who may have to be told of that; nobody once a server was reached, for then the runtime goes on. */
    private final Set<Attempt> early = ConcurrentHashMap.newKeySet();

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
        attempt.begin();
        return attempt.result;
    }

    @Override
    public List<String> reasons() {
        return starter == null
                ? servers.reasons()
                : Stream.concat(starter.reasons().stream(), servers.reasons().stream()).toList();
    }

    @Override
    public CompletableFuture<?> close(long graceMs) {
        if (starter != null) {
            starter.stop();
        }
        over.compareAndSet(null, new Refused(503, "The application server is not used any more."));
        return servers.close(graceMs);
    }

    /** The runtime ends, once, however many requests fail until it has: none of them waits for anything more. */
    private void giveUp(String why) {
        if (over.compareAndSet(null, new Refused(503, "There is no application server, and this program ends."))) {
            if (starter != null) {
                starter.stop();
            }
            end.accept("no connection was possible at the first request: " + why);
            early.forEach(attempt -> attempt.loop.execute(attempt::over));
        }
    }

    /** One request's attempts. Of one loop. */
    private final class Attempt {
        final Promise<Line> result;
        private final EventLoop loop;
        private final Exchange request;
        private int left = launch.retry().times();
        private long pauseMs = launch.retry().delayMs();
        private boolean started;
        /** Why the program was not started, though perhaps somebody else has done that; or null. */
        private Refused taken;
        private Future<Line> dialing;
        private Future<?> pause;

        Attempt(EventLoop loop, Exchange request) {
            this.loop = loop;
            this.request = request;
            this.result = loop.newPromise();
        }

        void begin() {
            if (launch.essential() && !reached) {
                early.add(this);
            }
            result.addListener(done -> settled());
            connect();
        }

        /** Nobody waits any more: nothing is begun that could end later. */
        private void settled() {
            early.remove(this);
            if (!result.isSuccess() && dialing != null) {
                dialing.cancel(false);
            }
            if (pause != null) {
                pause.cancel(false);
            }
        }

        private boolean over() {
            Refused why = over.get();
            if (why != null) {
                result.tryFailure(why);
            }
            return result.isDone();
        }

        private void connect() {
            if (!over()) {
                dialing = servers.dial(loop, request);
                dialing.addListener(this::connected);
            }
        }

        private void connected(Future<? super Line> dialed) {
            if (dialed.isSuccess()) {
                Line line = (Line) dialed.getNow();
                if (!reached) {
                    reached = true;
                }
                if (!result.trySuccess(line)) {
                    line.close();
                }
            } else if (!over()) {
                failed(dialed.cause());
            }
        }

        private void failed(Throwable cause) {
            if (!(cause instanceof Refused refused)) {
                fail(cause);
            } else if (starter != null && !started) {
                begin(refused);
            } else if (starter != null || refused.reach() != Refused.Reach.LATE || !reached) {
                later(refused);
            } else {
                // it is there
                fail(refused);
            }
        }

        /** Only where nobody listens: next to somebody who can not be reached no program is started. */
        private void begin(Refused refused) {
            if (refused.nobody()) {
                started = true;
                starter.start().whenComplete((done, failure) -> loop.execute(() -> started(refused, failure)));
            } else {
                fail(refused);
            }
        }

        private void started(Refused refused, Throwable failure) {
            Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
            if (why instanceof Refused notBound && notBound.nobody()) {
                taken = notBound;
                left = TAKEN_ATTEMPTS;
                pauseMs = TAKEN_PAUSE_MS;
                connect();
            } else if (why != null) {
                fail(why);
            } else if (launch.mode() == Launch.Mode.LAUNCHING) {
                connect();
            } else {
                later(refused);
            }
        }

        private void later(Refused refused) {
            if (left-- > 0) {
                pause = loop.schedule(this::connect, pauseMs, TimeUnit.MILLISECONDS);
            } else if (taken == null) {
                fail(refused);
            } else {
                starter.notBound(request.toString(), taken);
                fail(taken);
            }
        }

        private void fail(Throwable why) {
            boolean asked = !(why instanceof Refused refused) || refused.reach() != Refused.Reach.OURS;
            if (result.tryFailure(why) && launch.essential() && !reached && asked) {
                giveUp(why.getMessage());
            }
        }
    }
}
