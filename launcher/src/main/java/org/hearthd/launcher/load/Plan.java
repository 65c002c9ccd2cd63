package org.hearthd.launcher.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What is to be asked, and when.
 *
 * @param urls in turn; all of the same host and port
 * @param rate requests in a second
 * @param connections kept connections; a request for which none is free waits, and that counts
 * @param time how long requests are planned
 * @param timeout from the planned time to the end of the answer
 */
public record Plan(List<URI> urls, int rate, int connections, Duration time, Duration timeout) {
    private static final long SECOND = 1_000_000_000L;

    /** Refuses what can not be done. */
    public Plan {
        urls = List.copyOf(urls);
        if (urls.isEmpty() || rate < 1 || connections < 1) {
            throw new IllegalArgumentException("a plan needs a URL, a rate and a connection");
        }
        for (URI url : urls) {
            if (!"http".equals(url.getScheme()) || url.getHost() == null) {
                throw new IllegalArgumentException(url + " is not http://HOST[:PORT]/PATH");
            }
            if (!url.getAuthority().equals(urls.get(0).getAuthority())) {
                throw new IllegalArgumentException(url + " and " + urls.get(0) + " are of different servers");
            }
        }
    }

    /** The same for another time. */
    public Plan lasting(Duration other) {
        return new Plan(urls, rate, connections, other, timeout);
    }

    /** How many requests that makes. */
    long requests() {
        return Math.max(1, Math.round(time.toNanos() * (double) rate / SECOND));
    }

    /** When a request leaves, in nanoseconds after the first one. */
    long planned(long request) {
        return request / rate * SECOND + request % rate * SECOND / rate;
    }
}
