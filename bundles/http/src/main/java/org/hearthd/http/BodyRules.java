package org.hearthd.http;

import java.util.Arrays;
import java.util.List;

/** What the headers say about the message: its body's length, Host, the connection. Refuses whatever two readers could read differently. */
final class BodyRules {
    private String length;
    private String coding;
    private String host;
    private boolean close;
    private boolean keepAlive;
    private boolean expects;

    void see(String name, String value) throws Refusal {
        switch (name.length()) {
            case 4 -> {
                if (name.equalsIgnoreCase("Host")) {
                    host(value);
                }
            }
            case 6 -> {
                if (name.equalsIgnoreCase("Expect")) {
                    expect(value);
                }
            }
            case 10 -> {
                if (name.equalsIgnoreCase("Connection")) {
                    close |= Tokens.listed(value, "close");
                    keepAlive |= Tokens.listed(value, "keep-alive");
                }
            }
            case 14 -> {
                if (name.equalsIgnoreCase("Content-Length")) {
                    length(value);
                }
            }
            case 17 -> {
                if (name.equalsIgnoreCase("Transfer-Encoding")) {
                    coding(value);
                }
            }
            default -> {
                return;
            }
        }
    }

    private void host(String value) throws Refusal {
        if (host != null) {
            throw new Refusal(400, "There is more than one Host.");
        }
        Target.checkAuthority(value);
        host = value;
    }

    private void expect(String value) throws Refusal {
        if (!value.equalsIgnoreCase("100-continue")) {
            throw new Refusal(417, "Only Expect: 100-continue can be met.");
        }
        expects = true;
    }

    private void length(String value) throws Refusal {
        if (length != null) {
            throw new Refusal(400, "There is more than one Content-Length.");
        }
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refusal(400, "The Content-Length is not a number.");
        }
        length = value;
    }

    private void coding(String value) throws Refusal {
        if (coding != null) {
            throw new Refusal(400, "There is more than one Transfer-Encoding.");
        }
        coding = value;
        if (value.equalsIgnoreCase("chunked")) {
            return;
        }
        // empty elements of a list are ignored (RFC 9110 section 5.6.1)
        List<String> codings = Arrays.stream(value.split(",")).map(String::strip).filter(c -> !c.isEmpty()).toList();
        int last = codings.size() - 1;
        boolean sound = last >= 0 && codings.get(last).equalsIgnoreCase("chunked")
                && codings.subList(0, last).stream().allMatch(c -> Tokens.isToken(c) && !c.equalsIgnoreCase("chunked"));
        if (!sound) {
            throw new Refusal(400, "The Transfer-Encoding is not chunked.");
        }
        if (last > 0) {
            throw new Refusal(501, "The only transfer coding understood here is chunked.");
        }
    }

    void checkHost(String version) throws Refusal {
        if (host == null && version == RequestHead.HTTP_1_1) {
            throw new Refusal(400, "The Host header is missing.");
        }
    }

    long bodyLength(String version) throws Refusal {
        if (coding == null) {
            return length == null ? 0 : Long.parseLong(length);
        }
        if (length != null) {
            throw new Refusal(400, "There are both Content-Length and Transfer-Encoding.");
        }
        if (version == RequestHead.HTTP_1_0) {
            throw new Refusal(400, "HTTP/1.0 has no Transfer-Encoding.");
        }
        return RequestHead.CHUNKED;
    }

    boolean keepAlive(String version) {
        return !close && (version == RequestHead.HTTP_1_1 || keepAlive);
    }

    boolean expectsContinue(String version) {
        return expects && version == RequestHead.HTTP_1_1;
    }
}
