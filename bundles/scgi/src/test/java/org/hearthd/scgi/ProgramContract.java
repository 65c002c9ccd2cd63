package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.transport.Await;

/** Programs behind a handler. They are a server in perl, which every Debian has. */
abstract class ProgramContract extends ScgiContract {
    /**
     * Serves one request at a time, on standard input or at the path or port it is given; answers with its process id, and to
     * /wait/FILE not before the file is there. /die is its end.
     */
    private static final String SERVER = """
            use Socket; $| = 1; $SIG{TERM} = 'IGNORE' if $ENV{STUBBORN}; my $l = \\*STDIN;
            if (@ARGV) {
              my $unix = $ARGV[0] =~ m{^/};
              select(undef, undef, undef, $ARGV[1]) if @ARGV > 1;
              socket(L, $unix ? PF_UNIX : PF_INET, SOCK_STREAM, 0) or die; setsockopt(L, SOL_SOCKET, SO_REUSEADDR, 1);
              bind(L, $unix ? sockaddr_un($ARGV[0]) : sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die "bind: $!";
              listen(L, 128) or die; $l = \\*L;
            }
            while (accept(my $c, $l)) {
              my ($n, $b, $h) = ('', '', '');
              while (sysread($c, $b, 1) && $b ne ':') { $n .= $b }
              while (length($h) <= $n && sysread($c, $h, $n + 1 - length($h), length($h))) { }
              my %v = split /\\0/, $h;
              my $u = $v{REQUEST_URI};
              exit 3 if $u eq '/die';
              if ($u =~ s{^/wait}{}) { open(B, '>', "$u.begun"); close B; select(undef, undef, undef, 0.01) until -e $u; }
              my $fds = join ' ', map { readlink("/proc/self/fd/$_") || () } 3..999;
              syswrite($c, "Status: 200 OK\\r\\n\\r\\npid=$$ in=" . readlink('/proc/self/fd/0') . " more=$fds.");
              close $c;
            }
            """;

    protected void start(String mode, Object... more) throws IOException {
        house = new House(directory, mode(mode, more));
    }

    protected static Map<String, Object> mode(String mode, Object... more) {
        Map<String, Object> keys = House.keys(more);
        keys.put("mode", mode);
        return keys;
    }

    protected static String[] server(String... arguments) {
        return Stream.concat(Stream.of("perl", "-e", SERVER), Stream.of(arguments)).toArray(String[]::new);
    }

    protected static Request request(String url) {
        return Request.of("GET", url, "HTTP/1.1", url.substring(1), Headers.of());
    }

    protected String get(String url) throws IOException {
        return house.ask(request(url));
    }

    protected long pid() throws IOException {
        String answer = get("/pid");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        return Long.parseLong(answer.substring(answer.indexOf("pid=") + 4, answer.indexOf(" in=")));
    }

    protected static boolean alive(long pid) {
        return Files.exists(Path.of("/proc/" + pid));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    protected List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("sockets"))) {
            return files.toList();
        }
    }

    protected static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    protected void endLater(long pid) {
        kill(pid);
        Await.until("end of " + pid, () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    protected String anything() {
        try {
            return get("/x");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
