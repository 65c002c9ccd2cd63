package org.hearthd.launcher;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The command line of {@code htpipe}.
 *
 * @param purpose what it is started for; not for users
 * @param socket the path, absolute or relative to the working directory
 * @param child the program and its arguments, empty in client mode if none is given
 */
record HtpipeArguments(Mode mode, Purpose purpose, String socket, List<String> child) {
    static final String HELP = """
            usage: htpipe [-h] [-CS] SOCKET-PATH [CHILD [ARGS...]]

              -C   only connect: pass requests from standard input to the server at SOCKET-PATH
              -S   only serve: listen on SOCKET-PATH and pass the requests to CHILD
              -h   print this and exit

            Without -C and -S: connect, after starting a server with CHILD in the background if nobody listens.
            Its messages and those of CHILD go to SOCKET-PATH.log. CHILD is optional with -C only. htpipe(1) says more.
            """;
    private static final String USAGE = HELP.substring(0, HELP.indexOf('\n'));
    /** The longest path that the kernel takes with its terminating NUL, unix(7). */
    private static final int MAX_BYTES = 107;

    /** What is to be done. */
    enum Mode {
        HELP, CLIENT, SERVER, AUTO
    }

    /** Said by the first word of the command line. */
    enum Purpose {
        /** Work. */
        NORMAL(""),
        /** The server that the default mode has started. */
        DETACHED("--detached"),
        /** The classes of a start are being recorded: ends as soon as it is ready. */
        REHEARSAL("--rehearsal");

        final String word;

        Purpose(String word) {
            this.word = word;
        }

        static Purpose of(String... line) {
            for (Purpose purpose : values()) {
                if (line.length > 0 && line[0].equals(purpose.word)) {
                    return purpose;
                }
            }
            return NORMAL;
        }
    }

    /** Reads a command line; options may be clustered and end at the first operand or behind {@code --}. */
    static HtpipeArguments parse(String... line) throws LaunchException {
        Purpose purpose = Purpose.of(line);
        Mode mode = Mode.AUTO;
        int at;
        for (at = purpose == Purpose.NORMAL ? 0 : 1; at < line.length && line[at].length() > 1
                && line[at].charAt(0) == '-'; at++) {
            if (line[at].equals("--")) {
                at++;
                break;
            }
            mode = flags(line[at], mode);
            if (mode == Mode.HELP) {
                return new HtpipeArguments(mode, purpose, "", List.of());
            }
        }
        List<String> operands = List.of(line).subList(at, line.length);
        if (operands.isEmpty()) {
            throw usage("no SOCKET-PATH given");
        }
        if (operands.size() == 1 && mode != Mode.CLIENT) {
            throw usage("no CHILD given; it may be left out with -C only");
        }
        if (operands.size() > 1 && operands.get(1).isEmpty()) {
            throw usage("CHILD is empty");
        }
        return new HtpipeArguments(mode, purpose, checked(operands.get(0)), operands.subList(1, operands.size()));
    }

    private static Mode flags(String word, Mode before) throws LaunchException {
        Mode mode = before;
        for (int i = 1; i < word.length(); i++) {
            switch (word.charAt(i)) {
                case 'h' :
                    return Mode.HELP;
                case 'C' :
                    mode = Mode.CLIENT;
                    break;
                case 'S' :
                    mode = mode == Mode.CLIENT ? mode : Mode.SERVER;
                    break;
                default :
                    throw usage("unknown option " + (word.startsWith("--") ? word : "-" + word.charAt(i)));
            }
        }
        return mode;
    }

    private static String checked(String socket) throws LaunchException {
        int bytes = socket.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0) {
            throw usage("SOCKET-PATH is empty");
        }
        if (bytes > MAX_BYTES) {
            throw new LaunchException(LaunchException.FAILED,
                    "socket path " + socket + " has " + bytes + " bytes, at most " + MAX_BYTES + " are possible");
        }
        return socket;
    }

    private static LaunchException usage(String message) {
        // 1 and not 100, as the program that this one replaces
        return new LaunchException(LaunchException.FAILED, message + "\n" + USAGE);
    }
}
