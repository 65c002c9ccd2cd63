package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.FullBacklogException;
import org.hearthd.transport.UnixAddress;
import org.newsclub.net.unix.ConnectionRefusedSocketException;
import org.newsclub.net.unix.Fds;

/** Makes Unix sockets of one type. */
record Sockets(int type) {
    Fd connect(UnixAddress address) throws IOException {
        // this reason comes as a text only, in the language of the user; and afterwards a server may have come
        boolean absent = Files.notExists(address.path());
        try {
            return new OwnedFd(Fds.connect(type, address.octets()));
        } catch (IOException e) {
            String why = "cannot connect to " + address + ": " + e.getMessage();
            IOException failure = failure(e, absent || Files.notExists(address.path()), why);
            failure.initCause(e);
            throw failure;
        }
    }

    private static IOException failure(IOException cause, boolean absent, String why) {
        if (cause instanceof FullBacklogException) {
            return new FullBacklogException(why);
        }
        if (cause instanceof ProtocolException) {
            return new ProtocolException(why);
        }
        return absent || cause instanceof ConnectionRefusedSocketException ? new ConnectException(why) : new IOException(why);
    }

    Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        try {
            // what exists is refused before junixsocket probes it with a connect of its own
            if (Files.exists(address.path(), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("Address already in use");
            }
            Fd fd = new OwnedFd(Fds.bind(type, address.octets()));
            try {
                Files.setPosixFilePermissions(address.path(), permissions(mode));
                Fds.listen(fd.number(), backlog);
                return fd;
            } catch (IOException e) {
                fd.close();
                Files.deleteIfExists(address.path());
                throw e;
            }
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    FdPair pair() throws IOException {
        int[] numbers = Fds.pair(type);
        return new FdPair(new OwnedFd(numbers[0]), new OwnedFd(numbers[1]));
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (PosixFilePermission permission : all) {
            // declared from OWNER_READ (0400) down to OTHERS_EXECUTE (0001)
            if ((mode & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }
}
