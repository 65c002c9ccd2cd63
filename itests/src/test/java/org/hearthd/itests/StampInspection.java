package org.hearthd.itests;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.hearthd.launcher.load.Inspection;
import org.hearthd.launcher.load.LoadFailure;
import org.hearthd.launcher.load.Version;

/** Looks at every byte of an answer of a Stamp: all have to be of the generation that the head names, and as many as it says. */
final class StampInspection implements Inspection {
    private final boolean ordered;
    private Version version;
    private byte expected;
    private long left;

    /** The number on the stamp grows with each generation. */
    StampInspection() {
        this(true);
    }

    /** @param ordered whether the number on the stamp grows with each generation */
    StampInspection(boolean ordered) {
        this.ordered = ordered;
    }

    /** What a bundle has to have as its version to make that stamp. */
    static String version(long stamp) {
        return "1.0." + stamp;
    }

    @Override
    public void head(Map<String, String> headers) throws LoadFailure {
        String[] stamp = headers.getOrDefault("x-stamp", "").split(" ");
        if (stamp.length != 2) {
            throw LoadFailure.version("no stamp: " + headers);
        }
        long number = Long.parseLong(stamp[1]);
        expected = (byte) number;
        version = new Version(stamp[0], version(number), ordered ? number : -1);
        left = Long.parseLong(headers.get("x-length"));
    }

    @Override
    public void body(ByteBuffer piece) throws LoadFailure {
        left -= piece.remaining();
        while (piece.hasRemaining()) {
            byte found = piece.get();
            if (found != expected) {
                throw LoadFailure.version("mixed: the head says " + version + ", a byte of the body " + found);
            }
        }
    }

    @Override
    public Optional<Version> end() throws LoadFailure {
        if (left != 0) {
            throw LoadFailure.version(left + " bytes are missing from an answer of " + version);
        }
        return Optional.of(version);
    }
}
