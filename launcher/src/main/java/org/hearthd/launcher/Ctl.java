package org.hearthd.launcher;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** {@code hearth ctl}: sends one command to the runtime of a HOME and prints its answer. Starts nothing. See the page of room shell. */
final class Ctl {
    /** unix(7) */
    private static final int MAX_PATH = 107;
    private static final int EXIT_CODE = 0;
    private static final int STDOUT = 1;

    private Ctl() {}

    static int run(String... line) throws LaunchException, IOException {
        CtlArguments arguments = CtlArguments.parse(line);
        return ask(arguments.home(), arguments.words(), System.out, System.err);
    }

    /** The exit code of the command. */
    static int ask(Path home, List<String> words, PrintStream out, PrintStream err) throws LaunchException, IOException {
        try (SocketChannel channel = connect(home)) {
            send(channel, words);
            return print(new DataInputStream(Channels.newInputStream(channel)), out, err);
        }
    }

    private static SocketChannel connect(Path home) throws LaunchException, IOException {
        Path socket = home.resolve("run/ctl.sock");
        if (Files.isSymbolicLink(socket)) {
            socket = Files.readSymbolicLink(socket);
        }
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
            throw new LaunchException(LaunchException.FAILED,
                    "ctl: the path of the control socket, " + socket + ", has more than "
                            + MAX_PATH + " bytes; set address in " + home.resolve("config/org.hearthd.shell.cfg"));
        }
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            throw nobody(home, "there is no " + socket);
        }
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            throw nobody(home, "nobody listens on " + socket);
        } catch (IOException e) {
            throw new LaunchException(LaunchException.FAILED, "ctl: " + socket + ": " + e.getMessage(), e);
        }
    }

    private static LaunchException nobody(Path home, String why) {
        return new LaunchException(LaunchException.FAILED, "ctl: no runtime is running on HOME " + home + ": " + why);
    }

    private static void send(SocketChannel channel, List<String> words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        for (String word : words) {
            request.write(word.getBytes(StandardCharsets.UTF_8));
            request.write(0);
        }
        ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
        } catch (IOException e) {
            // a runtime that refuses does not wait for the command; it has said why
            System.getLogger(Ctl.class.getName()).log(Level.DEBUG, "the command was not taken", e);
        }
    }

    /** Copies the frames to where they belong; returns the exit code, which comes last. */
    private static int print(DataInputStream answer, PrintStream out, PrintStream err) throws LaunchException {
        try {
            for (;;) {
                int kind = answer.readUnsignedByte();
                byte[] bytes = new byte[answer.readInt()];
                answer.readFully(bytes);
                if (kind == EXIT_CODE) {
                    out.flush();
                    return bytes[0] & 0xFF;
                }
                (kind == STDOUT ? out : err).write(bytes, 0, bytes.length);
            }
        } catch (IOException e) {
            throw new LaunchException(LaunchException.FAILED,
                    "ctl: the runtime has not answered: it has ended, or the command took too long", e);
        }
    }
}
