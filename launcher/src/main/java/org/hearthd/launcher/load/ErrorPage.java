package org.hearthd.launcher.load;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** An answer with a status of 400 or more: keeps the beginning of its text. */
final class ErrorPage implements Inspection {
    private static final int MAX = 300;
    private final int status;
    private final StringBuilder text = new StringBuilder();

    ErrorPage(int status) {
        this.status = status;
    }

    @Override
    public void head(Map<String, String> headers) {
        // the status says enough
    }

    @Override
    public void body(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            char c = (char) (piece.get() & 0xff);
            if (text.length() < MAX) {
                text.append(c);
            }
        }
    }

    @Override
    public Optional<Version> end() throws LoadFailure {
        throw new LoadFailure("status " + status, text.toString().strip().replaceAll("\\s+", " "));
    }
}
