package org.hearthd.itest.transport.jna;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;

/** An owned descriptor number; -1 when empty. */
final class NumberFd implements Fd {
    private final AtomicInteger number;

    NumberFd(int number) {
        this.number = new AtomicInteger(number);
    }

    @Override
    public int number() {
        return present(number.get());
    }

    private static int present(int number) {
        if (number < 0) {
            throw new IllegalStateException("the descriptor was closed or taken");
        }
        return number;
    }

    @Override
    public Fd take() {
        return new NumberFd(present(number.getAndSet(-1)));
    }

    @Override
    public Fd dup() throws IOException {
        return new NumberFd(Libc.check(Libc.fcntl(number(), Libc.F_DUPFD_CLOEXEC, 0)));
    }

    @Override
    public boolean isOpen() {
        return number.get() >= 0;
    }

    @Override
    public void close() {
        int closing = number.getAndSet(-1);
        if (closing >= 0) {
            // Linux frees the number whatever the call returns
            Libc.close(closing);
        }
    }

    @Override
    public String toString() {
        int now = number.get();
        if (now < 0) {
            return "fd (closed)";
        }
        try {
            return "fd " + now + " " + Files.readSymbolicLink(Path.of("/proc/self/fd/" + now));
        } catch (IOException e) {
            return "fd " + now;
        }
    }
}
