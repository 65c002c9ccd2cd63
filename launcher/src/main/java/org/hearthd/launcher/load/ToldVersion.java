package org.hearthd.launcher.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out who answered by the header {@code X-Hearth-Generation} and by the greeting of the demo handler; where both are there they
 * have to agree. A {@code Content-Digest} (RFC 9530) with sha-256 is verified.
 */
public final class ToldVersion implements Inspection {
    private static final Pattern GREETING = Pattern.compile("Hello from (\\S+) (\\S+) \\(");
    private static final Pattern DIGEST = Pattern.compile("sha-256=:([^:]+):");
    private static final int GREETING_MAX = 200;
    private Optional<Version> told = Optional.empty();
    private String expected = "";
    private MessageDigest digest;
    private final StringBuilder begin = new StringBuilder();

    @Override
    public void head(Map<String, String> headers) throws LoadFailure {
        String label = headers.get("x-hearth-generation");
        if (label != null) {
            told = Optional.of(Version.of(label));
        }
        Matcher matcher = DIGEST.matcher(headers.getOrDefault("content-digest", ""));
        if (matcher.find()) {
            expected = matcher.group(1);
            digest = sha256();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void body(ByteBuffer piece) {
        if (digest != null) {
            digest.update(piece.duplicate());
        }
        int n = Math.min(piece.remaining(), GREETING_MAX - begin.length());
        begin.append(StandardCharsets.ISO_8859_1.decode(piece.slice(piece.position(), n)));
        piece.position(piece.limit());
    }

    @Override
    public Optional<Version> end() throws LoadFailure {
        if (digest != null && !Base64.getEncoder().encodeToString(digest.digest()).equals(expected)) {
            throw new LoadFailure(LoadFailure.DIGEST, "the body has another digest than " + expected);
        }
        Matcher greeting = GREETING.matcher(begin);
        if (!greeting.lookingAt()) {
            return told;
        }
        Version greeted = new Version(greeting.group(1), greeting.group(2), -1);
        if (told.isPresent() && !told.get().version().equals(greeted.version())) {
            throw LoadFailure.version("the head says " + told.get() + ", the body " + greeted);
        }
        return told.isPresent() ? told : Optional.of(greeted);
    }
}
