package org.hearthd;

/**
 * How an exchange ended.
 *
 * @param end the kind of ending
 * @param status the status that was answered, or 0 where none was
 */
public record Outcome(End end, int status) {
    /** The kinds of ending. */
    public enum End {
        /** A complete answer was handed to the client's connection. */
        ANSWERED,
        /** The connection was broken on purpose, or the client went away before the answer was complete. */
        ABORTED,
        /** The response socket was moved out; somebody else answers. */
        MOVED
    }
}
