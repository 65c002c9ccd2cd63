package org.hearthd.launcher;

import sun.misc.Signal;

/**
 * SIGTERM, SIGINT and SIGHUP (unless ignored, as by nohup): the first asks for an orderly end, the second ends at once. A
 * shutdown hook would do neither: it can not change the exit status and is not told of a second signal.
 */
final class Signals {
    private Signals() {}

    /** Handles the signals from now on; {@code first} must return at once. */
    static void handle(String program, Runnable first) {
        Runnable once = new Runnable() {
            private boolean asked;

            @Override
            public synchronized void run() {
                if (asked) {
                    System.err.println(program + ": second signal, ending now");
                    Runtime.getRuntime().halt(LaunchException.FAILED);
                }
                asked = true;
                first.run();
            }
        };
        Signal.handle(new Signal("TERM"), signal -> once.run());
        Signal.handle(new Signal("INT"), signal -> once.run());
        Signal.handle(new Signal("HUP"), signal -> once.run());
    }
}
