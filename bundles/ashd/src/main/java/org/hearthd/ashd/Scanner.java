package org.hearthd.ashd;

/** Walks over the strings of a datagram and refuses what is no request. */
final class Scanner {
    private final byte[] bytes;
    private int at;

    Scanner(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Passes one string and returns the position behind its NUL. */
    int string(String what) throws MalformedDatagramException {
        if (at == bytes.length) {
            throw new MalformedDatagramException(at, "the " + what + " is missing");
        }
        int start = at;
        while (bytes[at] != 0) {
            if (++at == bytes.length) {
                throw new MalformedDatagramException(at, "the " + what + " from byte " + start + " on does not end");
            }
        }
        return ++at;
    }

    /** Passes the headers and the empty string behind them, and returns the position behind that. */
    int headers() throws MalformedDatagramException {
        while (true) {
            if (at == bytes.length) {
                throw new MalformedDatagramException(at, "the empty string behind the headers is missing");
            }
            if (bytes[at] == 0) {
                return ++at;
            }
            line("header name", true);
            line("header value", false);
        }
    }

    /** A string that has to fit into a header line. */
    private void line(String what, boolean name) throws MalformedDatagramException {
        int start = at;
        string(what);
        for (int i = start; i < at; i++) {
            byte b = bytes[i];
            if (b == '\r' || b == '\n' || name && b == ':') {
                throw new MalformedDatagramException(i, "the " + what + " has an illegal character");
            }
        }
    }
}
