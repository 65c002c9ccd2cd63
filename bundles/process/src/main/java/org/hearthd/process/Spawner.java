package org.hearthd.process;

import java.io.IOException;
import org.hearthd.Fd;
import org.hearthd.transport.NoTransportException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Starts programs. A child gets standard input, output and error and no other descriptor; it has no signal blocked and none ignored. It
 * is reaped whether or not anybody waits for it.
 */
@ProviderType
public interface Spawner {
    /**
     * Starts a program; waits for a transport that is being replaced, if it needs one. A program that cannot be executed (absent, not
     * executable, no such directory) is a child that has ended with status 127 and says why in {@link Child#lastErrors}, as in a shell.
     *
     * @param stdin its standard input, which the child gets as a duplicate and which is made blocking, as are descriptors named by
     *        {@link Output#to}; null for {@code /dev/null}. All stay the caller's, who closes them after success and after failure:
     *        a copy kept open hides the end of file from both sides
     * @throws ArgumentsTooLongException if the kernel refuses its arguments and environment for their size
     * @throws IOException if no process can be made at the moment (out of memory, processes or descriptors)
     */
    Child start(Program program, Fd stdin) throws IOException;

    /**
     * As {@link #start}, for callers that must not wait: where that would wait for a transport that is being replaced this one fails.
     *
     * @throws NoTransportException if there is none at the moment; nothing has happened
     */
    default Child startNow(Program program, Fd stdin) throws IOException {
        return start(program, stdin);
    }
}
