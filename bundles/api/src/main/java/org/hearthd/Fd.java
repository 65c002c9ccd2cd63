package org.hearthd;

import java.io.Closeable;
import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open file descriptor with exactly one owner. Whoever holds an {@code Fd} that is not empty must {@link #close} it or
 * {@link #take} it; every method that receives one says who closes it on success and on failure. Only the transport creates
 * descriptors. All methods are safe for use by several threads: of two concurrent {@code take}s exactly one wins.
 */
@ProviderType
public interface Fd extends Closeable {
    /**
     * The descriptor's number, valid until this object is closed or taken.
     *
     * @throws IllegalStateException if this object is empty
     */
    int number();

    /**
     * Moves the descriptor out: this object is empty afterwards, the returned one owns the number. A number is never closed by
     * garbage collection, so {@code take().number()} moves it to code that closes bare numbers itself.
     *
     * @throws IllegalStateException if this object is empty
     */
    Fd take();

    /**
     * Duplicates the descriptor (close-on-exec); both owners must close theirs.
     *
     * @throws IOException if the process has no descriptor left
     * @throws IllegalStateException if this object is empty
     */
    Fd dup() throws IOException;

    /** Whether this object still owns a number. */
    boolean isOpen();

    /** Closes the number without shutting down what others share with it; does nothing when this object is empty. */
    @Override
    void close();

    /** What the descriptor is, for messages: {@code fd 7 socket:[123]}, {@code fd (closed)}. */
    @Override
    String toString();
}
