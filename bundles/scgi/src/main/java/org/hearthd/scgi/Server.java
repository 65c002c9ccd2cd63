package org.hearthd.scgi;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.spi.Repeats;

/** One configured server: its addresses, whether it is to be avoided, and what the log says about it. */
final class Server {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    private final Supplier<Settings> settings;
    private final Address address;
    private final Services.Names names;
    private final Executor workers;

    /** Where a Unix socket is, which needs no looking up, or null. */
    private final List<SocketAddress> path;
    private List<SocketAddress> known;
    private long knownSince;
    /** Who waits for the name to be looked up; null while nobody does that. */
    private Set<Consumer<List<SocketAddress>>> waiting;

    private volatile boolean answered;
    private volatile boolean failing;
    /** Whether something was reported since it answered the last time. */
    private volatile boolean complained;
    private volatile long failedAt;
    private long failures;
    /** Who finds out whether it works again, or null. */
    private Object probe;
    private String reason;
    private final Repeats repeats = new Repeats();

    /**
     * A server of which nothing is known yet.
     *
     * @param settings those of now
     * @param workers where names are looked up
     */
    Server(Supplier<Settings> settings, Address address, Services.Names names, Executor workers) {
        this.settings = settings;
        this.address = address;
        this.names = names;
        this.workers = workers;
        this.path = address.unix() == null ? null : List.of(address.unix());
    }

    // -- where it is

    /**
     * Finds the addresses: at once if they are known, else on another thread. Addresses that are known for long are used once more
     * while they are looked up again.
     *
     * @param then gets an empty list if the name has no address; not called if this returns addresses; null if nobody waits
     * @return null if they are looked up now, perhaps without an end
     */
    List<SocketAddress> addresses(Consumer<List<SocketAddress>> then) {
        if (path != null) {
            return path;
        }
        List<SocketAddress> now;
        synchronized (this) {
            now = known;
            if (now != null && System.nanoTime() - knownSince < names.validNanos()) {
                return now;
            }
            boolean lookUp = waiting == null;
            waiting = lookUp ? new LinkedHashSet<>() : waiting;
            if (now == null && then != null) {
                waiting.add(then);
            }
            if (!lookUp) {
                return now;
            }
        }
        try {
            workers.execute(this::lookUp);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.WARNING, () -> this + ": its name can not be looked up: " + e.getMessage());
            found(null);
        }
        return now;
    }

    /** Who has waited for the addresses does so no more. */
    synchronized void forget(Consumer<List<SocketAddress>> then) {
        if (waiting != null) {
            waiting.remove(then);
        }
    }

    private void lookUp() {
        List<SocketAddress> found = null;
        try {
            found = Arrays.stream(names.addresses(address.host()))
                    .map(a -> (SocketAddress) new InetSocketAddress(a, address.port())).toList();
        } catch (UnknownHostException e) {
            LOG.log(Level.DEBUG, () -> this + ": " + address.host() + " has no address", e);
        } finally {
            found(found);
        }
    }

    private void found(List<SocketAddress> found) {
        Set<Consumer<List<SocketAddress>>> told;
        List<SocketAddress> now;
        synchronized (this) {
            known = found == null ? known : found;
            // also those that could not be looked up again: they are used for so long once more
            knownSince = System.nanoTime();
            now = known == null ? List.of() : known;
            told = waiting;
            waiting = null;
        }
        told.forEach(one -> one.accept(now));
    }

    boolean isTcp() {
        return address.unix() == null;
    }

    /** For a socket that listens there. */
    String listenAddress() {
        String host = String.valueOf(address.host());
        return address.unix() != null
                ? address.text()
                : (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.port();
    }

    // -- how it is

    /** Whether it has failed since it answered the last time, and that is to make a difference. */
    boolean isFailing() {
        return failing && settings.get().times().fail() > 0;
    }

    /** Whether it has failed a moment ago, so that the others are tried first. */
    boolean isAvoided() {
        return failing && System.nanoTime() - failedAt < TimeUnit.MILLISECONDS.toNanos(settings.get().times().fail());
    }

    /**
     * Whether this one finds out, in place of all others, whether it works again: until it works or fails, or {@link #unclaim}. Nobody
     * does so who is too early, or while somebody else does.
     */
    synchronized boolean claim(Object who) {
        boolean granted = failing && probe == null && !isAvoided();
        probe = granted ? who : probe;
        return granted;
    }

    /** That one does so no more, if it still does. */
    synchronized void unclaim(Object who) {
        probe = probe == who ? null : probe;
    }

    /** It could not be reached, or took a request and gave nothing back. */
    void failed(String request, String why) {
        synchronized (this) {
            failing = true;
            failedAt = System.nanoTime();
            probe = null;
            failures++;
        }
        report(request, why);
    }

    /** It answers. */
    void works() {
        if (!answered) {
            answered = true;
        }
        if (complained) {
            complained = false;
        }
        if (!failing) {
            return;
        }
        long count;
        synchronized (this) {
            if (!failing) {
                return;
            }
            failing = false;
            probe = null;
            count = failures;
            failures = 0;
            reason = null;
            repeats.forget();
        }
        LOG.log(Level.INFO, () -> this + " answers again, after " + count + " failed attempts");
    }

    /** Whether it has answered since this was asked the last time. */
    boolean hasAnswered() {
        boolean was = answered;
        answered = false;
        return was;
    }

    /** The same without an end to it. */
    boolean answers() {
        return answered;
    }

    /** Whether there is anything to say about it. */
    boolean isTroubled() {
        return failing || complained;
    }

    /** How it is, for people. */
    synchronized String health() {
        String how = !isTroubled()
                ? answered ? "answers" : "has not been needed"
                : reason + (failures == 0 ? "" : "; failed attempts since it last answered: " + failures);
        return "server " + address + ": " + how;
    }

    /** Logs what is new, and the same again at most once in a while, with the number of what was left out. */
    void report(String request, String why) {
        complained = true;
        Optional<String> more;
        synchronized (this) {
            more = repeats.report(why);
            reason = why;
        }
        LOG.log(more.isPresent() ? Level.WARNING : Level.DEBUG, () -> this + ": " + request + ": " + why + more.orElse(""));
    }

    @Override
    public String toString() {
        return "scgi " + settings.get().name() + ": server " + address;
    }
}
