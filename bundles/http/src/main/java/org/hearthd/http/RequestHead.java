package org.hearthd.http;

/**
 * A request head that was found to be sound.
 *
 * @param url in origin form, or {@code *}
 * @param version {@code HTTP/1.1} or {@code HTTP/1.0}
 * @param fields names and values in turn, without anything that maps to {@code X_ASH_}
 * @param length of the body: 0 for none, {@link #CHUNKED} if only its end will tell
 * @param keepAlive whether the client wants the connection to stay open
 * @param expectsContinue whether the client waits for {@code 100 Continue} before it sends the body
 */
record RequestHead(String method, String url, String version, String[] fields, long length, boolean keepAlive,
        boolean expectsContinue) {
    static final String HTTP_1_1 = "HTTP/1.1";
    static final String HTTP_1_0 = "HTTP/1.0";
    static final long CHUNKED = -1;

    /** What stands for a request that was refused before it could be read. */
    static final RequestHead UNREADABLE = new RequestHead("-", "-", HTTP_1_1, new String[0], 0, false, false);

    boolean isHttp11() {
        return version == HTTP_1_1;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /** The rest string as ashd(7) has it: the URL without its first slash, cut at the first question mark. */
    String rest() {
        return url.substring(restStart(), restEnd());
    }

    private int restStart() {
        return url.charAt(0) == '/' ? 1 : 0;
    }

    private int restEnd() {
        int mark = url.indexOf('?');
        return mark < 0 ? url.length() : mark;
    }

    /** The bytes of this head's ashd datagram without its headers' list. */
    int lineBytes() {
        return method.length() + url.length() + version.length() + restEnd() - restStart() + 5;
    }

    /** The bytes of these fields in a datagram. */
    static int fieldBytes(String[] fields) {
        int bytes = fields.length;
        for (String text : fields) {
            bytes += text.length();
        }
        return bytes;
    }
}
