package org.hearthd.shell;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What a client gets. It travels as frames: one byte that says what it is, four bytes with its length, most significant first, and so
 * many bytes. The frame with the exit code comes last.
 *
 * @param out for its standard output
 * @param err for its standard error
 * @param code its exit code
 */
record Answer(String out, String err, int code) {
    static final int FAILED = 1;
    static final int USAGE = 100;

    private static final int EXIT_CODE = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    /** An answer that only says what is wrong. */
    static Answer failure(int code, String message) {
        return new Answer("", "hearth ctl: " + message + "\n", code);
    }

    void send(OutputStream to) throws IOException {
        DataOutputStream frames = new DataOutputStream(new BufferedOutputStream(to));
        frame(frames, STDOUT, out.getBytes(StandardCharsets.UTF_8));
        frame(frames, STDERR, err.getBytes(StandardCharsets.UTF_8));
        frame(frames, EXIT_CODE, (byte) code);
        frames.flush();
    }

    private static void frame(DataOutputStream to, int kind, byte... bytes) throws IOException {
        to.writeByte(kind);
        to.writeInt(bytes.length);
        to.write(bytes);
    }
}
