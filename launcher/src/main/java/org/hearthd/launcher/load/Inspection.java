package org.hearthd.launcher.load;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Looks at one answer with a status below 400 as it arrives. */
public interface Inspection {
    /** The head; names in lower case. */
    void head(Map<String, String> headers) throws LoadFailure;

    /** A piece of the body, to be read to its end. */
    void body(ByteBuffer piece) throws LoadFailure;

    /** The whole body has come: who answered, if that is told. */
    Optional<Version> end() throws LoadFailure;
}
