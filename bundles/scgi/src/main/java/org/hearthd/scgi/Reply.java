package org.hearthd.scgi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.hearthd.Headers;
import org.hearthd.spi.ResponseHead;

/**
 * A server's head as the client gets it, and how the body behind it ends.
 *
 * @param length of the body, or -1 if the end of the connection is its end
 * @param chunked whether the server has applied chunked framing, which is taken off
 */
record Reply(ResponseHead head, long length, boolean chunked) {
    private static final Pattern CONTROLS = Pattern.compile("[\\x00-\\x1f\\x7f]");
    /** A set of the kind that is fast to look into. */
    private static final Set<String> HOP_BY_HOP = new HashSet<>(
            Set.of("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"));

    /** @throws MalformedAnswerException saying what is wrong */
    static Reply of(HeadReader in, Settings settings) throws MalformedAnswerException {
        return new Reader(settings).read(in);
    }

    boolean isInterim() {
        return head.status() < 200;
    }

    /** Collects what the fields say. */
    private static final class Reader {
        private final Settings settings;
        private final List<String> passed = new ArrayList<>();
        private Set<String> dropped;
        private String status;
        private String length;
        private String coding;
        private boolean redirects;

        Reader(Settings settings) {
            this.settings = settings;
            this.dropped = settings.hiddenResponse();
        }

        Reply read(HeadReader in) throws MalformedAnswerException {
            if (in.statusLine() != null) {
                int blank = in.statusLine().indexOf(' ');
                status = blank < 0 ? "" : in.statusLine().substring(blank + 1);
            }
            List<String> fields = in.fields();
            for (int i = 0; i < fields.size(); i += 2) {
                if (fields.get(i).equalsIgnoreCase("Connection")) {
                    named(fields.get(i + 1));
                }
            }
            for (int i = 0; i < fields.size(); i += 2) {
                field(fields.get(i), fields.get(i + 1));
            }
            boolean chunked = coding != null;
            if (length != null && !chunked) {
                passed.add("Content-Length");
                passed.add(length);
            }
            ResponseHead head = head();
            if (head.status() == 101) {
                throw new MalformedAnswerException("it switches protocols");
            }
            return new Reply(head, length == null || chunked ? -1 : Long.parseLong(length), chunked);
        }

        private void named(String connection) {
            dropped = new HashSet<>(dropped);
            for (String word : connection.toLowerCase(Locale.ROOT).split(",")) {
                String name = word.strip();
                if (!name.equals("content-length") && !name.equals("status")) {
                    dropped.add(name);
                }
            }
        }

        private void field(String name, String value) throws MalformedAnswerException {
            if (name.equalsIgnoreCase("Status")) {
                status = status == null ? value : status;
            } else if (name.equalsIgnoreCase("Content-Length")) {
                length(value);
            } else if (name.equalsIgnoreCase("Transfer-Encoding")) {
                coding(value);
            } else if (!isDropped(name.toLowerCase(Locale.ROOT))) {
                redirects |= name.equalsIgnoreCase("Location");
                passed.add(name);
                passed.add(value);
            }
        }

        private boolean isDropped(String lower) {
            return HOP_BY_HOP.contains(lower) || dropped.contains(lower)
                    || lower.charAt(0) == 'x' && lower.replace('_', '-').startsWith("x-ash-");
        }

        /** What is no number is not passed on; two different numbers are one too many. */
        private void length(String value) throws MalformedAnswerException {
            if (!Digits.isNumber(value)) {
                return;
            }
            if (length != null && !length.equals(value)) {
                throw new MalformedAnswerException("it has two Content-Lengths, " + length + " and " + value);
            }
            length = value;
        }

        private void coding(String value) throws MalformedAnswerException {
            if (value.equalsIgnoreCase("identity")) {
                return;
            }
            if (coding != null || !value.equalsIgnoreCase("chunked")) {
                throw new MalformedAnswerException("its Transfer-Encoding is " + HeadReader.shown(value));
            }
            coding = value;
        }

        private static String printable(String reason) {
            for (int i = 0; i < reason.length(); i++) {
                if (reason.charAt(i) < ' ' || reason.charAt(i) == 0x7f) {
                    return CONTROLS.matcher(reason).replaceAll(" ");
                }
            }
            return reason;
        }

        private ResponseHead head() throws MalformedAnswerException {
            Headers headers = Headers.of(passed.toArray(new String[0]));
            if (status == null) {
                int code = !redirects ? 200 : settings.convention() == Convention.CALLSCGI ? 303 : 302;
                return ResponseHead.of(code, headers);
            }
            boolean sound = status.length() >= 3 && status.charAt(0) != '0' && Digits.isNumber(status.substring(0, 3))
                    && (status.length() == 3 || status.charAt(3) == ' ');
            if (!sound) {
                throw new MalformedAnswerException("its status is " + HeadReader.shown(status));
            }
            int code = Integer.parseInt(status.substring(0, 3));
            String reason = status.length() > 3 ? status.substring(4).strip() : "";
            return reason.isEmpty() ? ResponseHead.of(code, headers) : new ResponseHead(code, printable(reason), headers);
        }
    }
}
