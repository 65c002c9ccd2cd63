package org.hearthd.process;

import java.util.HashMap;
import java.util.Map;
import org.hearthd.Headers;
import org.hearthd.Request;

/** The environment that ashd(7) gives a transient handler. */
final class RequestVariables {
    private static final String PREFIX = "REQ_";
    private static final String TRUSTED = "X_ASH_";
    private static final String TRUSTED_HEADER = "X-Ash-";

    private RequestVariables() {}

    /**
     * HTTP_VERSION and one REQ_NAME for each header; of headers with the same variable the last wins. A header that would only become an
     * X_ASH_ variable by the mapping was not set by a front, and is left out.
     */
    static Map<String, String> of(Request request) {
        Map<String, String> variables = new HashMap<>();
        variables.put("HTTP_VERSION", request.version());
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            String header = headers.name(i);
            String name = map(header);
            if (!name.startsWith(TRUSTED) || header.regionMatches(true, 0, TRUSTED_HEADER, 0, TRUSTED_HEADER.length())) {
                variables.put(PREFIX + name, headers.value(i));
            }
        }
        return variables;
    }

    /** Upper case, and every octet that is no letter or digit becomes an underscore. */
    static String map(String header) {
        StringBuilder name = new StringBuilder(header.length());
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c >= 'a' && c <= 'z') {
                name.append((char) (c - 0x20));
            } else {
                name.append(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ? c : '_');
            }
        }
        return name.toString();
    }
}
