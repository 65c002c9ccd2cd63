package org.hearthd.launcher.load;

/** Why a request counts as failed. */
public final class LoadFailure extends Exception {
    static final String REFUSED = "refused";
    static final String RESET = "reset";
    static final String TIMEOUT = "timeout";
    static final String SHORT = "short answer";
    static final String MALFORMED = "malformed";
    static final String DIGEST = "wrong digest";
    static final String VERSION = "wrong version";

    private static final long serialVersionUID = 1L;
    private final String kind;

    /**
     * @param kind by which failures are counted
     * @param detail for people
     */
    public LoadFailure(String kind, String detail) {
        super(detail, null, false, false);
        this.kind = kind;
    }

    /** A version that may not be there: mixed with another one, unknown, or older than one that has answered. */
    public static LoadFailure version(String detail) {
        return new LoadFailure(VERSION, detail);
    }

    /** By which failures are counted. */
    public String kind() {
        return kind;
    }
}
