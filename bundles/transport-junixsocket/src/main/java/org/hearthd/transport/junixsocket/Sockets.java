package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.UnixAddress;
import org.newsclub.net.unix.ConnectionRefusedSocketException;
import org.newsclub.net.unix.Fds;

/** Makes Unix sockets of one type. */
record Sockets(int type) {
    Fd connect(UnixAddress address) throws IOException {
        // the reason comes as a text only, in the language of the user; and afterwards a server may have come
        boolean absent = Files.notExists(address.path());
        try {
            // what begins with @ is a name without a file for Fds, but a path here
            String path = address.path().toString();
            return new OwnedFd(Fds.connect(type, path.startsWith("@") ? "./" + path : path));
        } catch (IOException e) {
            String why = "cannot connect to " + address + ": " + e.getMessage();
            boolean nobody = e instanceof ConnectionRefusedSocketException || absent || Files.notExists(address.path());
            IOException failure = nobody ? new ConnectException(why) : new IOException(why);
            failure.initCause(e);
            throw failure;
        }
    }

    Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        try {
            // what exists is refused before junixsocket probes it with a connect of its own
            if (Files.exists(address.path(), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("Address already in use");
            }
            Fd fd = new OwnedFd(Fds.bind(type, address.path().toString()));
            try {
                Files.setPosixFilePermissions(address.path(), permissions(mode));
                Fds.listen(fd.number(), backlog);
                return fd;
            } catch (IOException e) {
                fd.close();
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
