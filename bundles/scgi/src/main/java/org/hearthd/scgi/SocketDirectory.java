package org.hearthd.scgi;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Where an anonymous socket is made, one at a time: in a directory that stays or, where that has too long a name for the address of a
 * socket, in one that comes and goes with the socket. Not safe for several threads.
 */
final class SocketDirectory {
    private static final System.Logger LOG = System.getLogger(SocketDirectory.class.getName());
    private static final String PREFIX = "scgi-a-";
    private static final int NAME_BYTES = 6;
    /** Of a directory that a socket is made in. */
    static final int LONGEST = Address.LONGEST_PATH - 1 - PREFIX.length() - 2 * NAME_BYTES;

    private final Path directory;
    private final Path temporary;
    /** What was made for the socket of now, or null. */
    private Path made;

    /**
     * Makes nothing yet.
     *
     * @param directory is made if it is not there
     * @param temporary where a directory is made if that one is too long
     */
    SocketDirectory(Path directory, Path temporary) {
        this.directory = directory;
        this.temporary = temporary;
    }

    /** How many bytes a path has on disk. */
    static int length(Path path) {
        return Paths.octets(path).length();
    }

    /**
     * A path that nobody can guess, in a directory of the owner's, that fits into an address.
     *
     * @throws IOException naming what can not be made, or is too long as well
     */
    Path newPath() throws IOException {
        if (length(directory) <= LONGEST) {
            Files.createDirectories(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            byte[] name = new byte[NAME_BYTES];
            new SecureRandom().nextBytes(name);
            return directory.resolve(PREFIX + HexFormat.of().formatHex(name));
        }
        made = Files.createTempDirectory(temporary, PREFIX);
        Path path = made.resolve("s");
        if (length(path) > Address.LONGEST_PATH) {
            throw new IOException("both " + directory + " and " + temporary
                    + " are too long for the address of a socket; set socket.directory, to at most " + LONGEST + " bytes");
        }
        return path;
    }

    /** The socket is removed; what was made for it is too. */
    void release() {
        if (made == null) {
            return;
        }
        try {
            Files.deleteIfExists(made);
        } catch (IOException e) {
            LOG.log(Level.WARNING, made + " stays behind: " + e.getMessage(), e);
        }
        made = null;
    }
}
