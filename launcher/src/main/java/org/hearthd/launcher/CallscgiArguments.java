package org.hearthd.launcher;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of {@code callscgi}.
 *
 * @param mode a mode of room scgi, or help
 * @param rehearsal whether the classes of a start are being recorded; not for users
 * @param retries 0 if not given
 * @param address as room scgi takes it; empty in anonymous mode
 * @param program the program and its arguments; empty in client mode
 */
record CallscgiArguments(String mode, boolean rehearsal, int retries, String address, List<String> program) {
    static final String HELP_MODE = "help";
    static final String HELP = """
            usage: callscgi [-h] [-N RETRIES] [-i ID] [-u UNIXPATH] [-t [HOST:]TCPPORT] [PROGRAM [ARGS...]]

              -u   the SCGI server listens at this Unix socket
              -t   the SCGI server listens at this TCP port, a number or name; an IPv6 HOST stands in brackets
              -i   the SCGI server listens at a Unix socket named after ID
              -N   try again so often, once a second, while nobody listens
              -h   print this and exit

            Passes requests from standard input to an SCGI server. Without an address PROGRAM is started with a private listening
            socket as its standard input. With an address it is started only if nobody listens there: with a socket listening there
            as its standard input or, with -N, without one. callscgi(1) says more.
            """;
    private static final String USAGE = HELP.substring(0, HELP.indexOf('\n'));
    private static final String REHEARSAL = "--rehearsal";
    /** The longest path that the kernel takes with its terminating NUL, unix(7). */
    private static final int MAX_BYTES = 107;
    /** As long as what room scgi calls a private socket. */
    private static final String PRIVATE_NAME = "/scgi-a-0123456789ab";
    /** What stands for octets that are no text. */
    private static final char UNKNOWN = '\uFFFD';

    /**
     * Reads a command line as getopt(3) does; options end at the first operand or behind {@code --}.
     *
     * @param home the user's directory, or null
     * @param uid the user's number
     */
    static CallscgiArguments parse(String home, int uid, String... line) throws LaunchException {
        boolean rehearsal = line.length > 0 && line[0].equals(REHEARSAL);
        Scan scan = new Scan(List.of(line), rehearsal ? 1 : 0);
        String address = "";
        int retries = -1;
        for (char option = scan.next(); option != Scan.END; option = scan.next()) {
            String found = "";
            switch (option) {
                case 'h' :
                    return new CallscgiArguments(HELP_MODE, false, 0, "", List.of());
                case 'N' :
                    retries = retries(scan.value());
                    break;
                case 'i' :
                    found = "unix:" + checked(identified(scan.value(), home, uid));
                    break;
                case 'u' :
                    found = "unix:" + checked(absolute(scan.value()));
                    break;
                case 't' :
                    found = tcp(scan.value());
                    break;
                default :
                    throw usage("unknown option -" + option);
            }
            if (!found.isEmpty() && !address.isEmpty()) {
                throw usage("only one of -i, -u and -t can be given, and only once");
            }
            address += found;
        }
        return of(rehearsal, retries, address, scan.operands());
    }

    private static CallscgiArguments of(boolean rehearsal, int retries, String address, List<String> program)
            throws LaunchException {
        if (address.isEmpty() && program.isEmpty()) {
            throw usage("neither an address nor a PROGRAM is given");
        }
        if (address.indexOf(',') >= 0) {
            throw usage("an address can not have a comma: " + address);
        }
        String mode = program.isEmpty() ? "client" : address.isEmpty() ? "anonymous" : retries < 0 ? "launching" : "mixed";
        // one attempt at least: a program that binds by itself can not be there at once
        int least = mode.equals("mixed") ? 1 : 0;
        return new CallscgiArguments(mode, rehearsal, Math.max(retries, least), address, program);
    }

    private static int retries(String text) throws LaunchException {
        if (!text.matches("[0-9]{1,6}")) {
            throw usage("-N " + text + " is not a number from 0 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static String identified(String id, String home, int uid) throws LaunchException {
        if (id.isEmpty() || id.indexOf('/') >= 0) {
            throw usage("-i " + id + " can not be part of a file name");
        }
        Path sockets = sockets(home);
        return sockets == null ? "/tmp/scgi-" + uid + "-" + id : sockets.resolve("scgi-p-" + id).toString();
    }

    /** The directory for sockets of ashd's programs, or null if it is not there or not to be used. */
    static Path sockets(String home) {
        if (home == null || !home.startsWith("/")) {
            return null;
        }
        Path sockets = Path.of(home, ".ashd", "sockets");
        return Files.isDirectory(sockets) && Files.isExecutable(sockets) ? sockets : null;
    }

    /** The same for private sockets; empty also if nothing can be made there, or a name there would be too long: room scgi has others. */
    static String privateSockets(String home) {
        Path sockets = sockets(home);
        return sockets != null && Files.isWritable(sockets) && bytes(sockets + PRIVATE_NAME) <= MAX_BYTES
                ? sockets.toString()
                : "";
    }

    /** A path by way of the process is short, and right where the directory's name is no text. */
    private static String absolute(String given) {
        String whole = Path.of(given).toAbsolutePath().toString();
        return given.startsWith("/") || bytes(whole) <= MAX_BYTES && whole.indexOf(UNKNOWN) < 0
                ? whole
                : "/proc/self/cwd/" + given;
    }

    private static String tcp(String given) throws LaunchException {
        if (given.startsWith("unix:")) {
            throw usage("-t " + given + " is not [HOST:]TCPPORT");
        }
        return given;
    }

    private static int bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String checked(String socket) throws LaunchException {
        if (bytes(socket) > MAX_BYTES) {
            throw new LaunchException(LaunchException.FAILED,
                    "socket path " + socket + " has " + bytes(socket) + " bytes, at most " + MAX_BYTES + " are possible");
        }
        return socket;
    }

    private static LaunchException usage(String message) {
        // 1 and not 100, as the program that this one replaces
        return new LaunchException(LaunchException.FAILED, message + "\n" + USAGE);
    }

    /** Goes through clustered options with values attached or separate. */
    private static final class Scan {
        static final char END = '\0';
        private final List<String> words;
        private int word;
        /** Within the word; 0 between two. */
        private int at;

        Scan(List<String> words, int from) {
            this.words = new ArrayList<>(words);
            this.word = from;
        }

        char next() {
            if (at > 0 && at == words.get(word).length()) {
                word++;
                at = 0;
            }
            if (at == 0) {
                if (word == words.size() || !words.get(word).startsWith("-") || words.get(word).length() == 1) {
                    return END;
                }
                if (words.get(word).equals("--")) {
                    word++;
                    return END;
                }
                at = 1;
            }
            return words.get(word).charAt(at++);
        }

        String value() throws LaunchException {
            String here = words.get(word);
            String value = here.substring(at);
            if (value.isEmpty()) {
                if (++word == words.size()) {
                    throw usage(here + " needs a value");
                }
                value = words.get(word);
            }
            word++;
            at = 0;
            if (value.isEmpty()) {
                throw usage("the value of " + here + " is empty");
            }
            return value;
        }

        List<String> operands() {
            return List.copyOf(words.subList(word, words.size()));
        }
    }
}
