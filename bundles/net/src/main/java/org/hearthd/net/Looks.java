package org.hearthd.net;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * How many sockets a loop reads before it watches them, each time it has seen what happened: what such a read brings may make the next
 * one, and nobody else would get a turn meanwhile. Of the calling loop.
 */
final class Looks {
    private static final int MOST = 64;
    private static final FastThreadLocal<Looks> OF_THIS_LOOP = new FastThreadLocal<>() {
        @Override
        protected Looks initialValue() {
            return new Looks();
        }
    };

    private int taken;

    private Looks() {}

    /** The loop is about to see what has happened. */
    static void renew() {
        OF_THIS_LOOP.get().taken = 0;
    }

    /** Takes one; false if there is none left. */
    static boolean take() {
        Looks looks = OF_THIS_LOOP.get();
        return looks.taken++ < MOST;
    }
}
