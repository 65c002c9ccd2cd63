package org.hearthd.itests;

/** How much the tests under load do: a little with every build, all of it with {@code -Dlong=true}. */
final class Scale {
    static final boolean LONG = Boolean.getBoolean("long");
    /** Requests in a second. */
    static final int RATE = of(300, 1000);
    static final int CONNECTIONS = of(16, 32);

    private Scale() {}

    static int of(int little, int all) {
        return LONG ? all : little;
    }
}
