package org.hearthd.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;

/** {@code bin/callscgi} as a process below an ashd parent; its programs are servers in perl. */
public abstract class WithCallscgi extends InDirectory {
    /**
     * Serves one request at a time, on standard input or, after a while, at a path; answers with its process id. If there is a file for
     * it, it writes down there which request it has, and then that it is about to answer.
     */
    static final String SERVER = """
            use Socket; my $l = \\*STDIN;
            if (@ARGV) {
              select(undef, undef, undef, 0.5);
              socket(L, PF_UNIX, SOCK_STREAM, 0) or die; bind(L, sockaddr_un($ARGV[0])) or die "bind: $!";
              listen(L, 128) or die; $l = \\*L;
            }
            while (accept(my $c, $l)) {
              my ($n, $b, $h) = ('', '', '');
              while (sysread($c, $b, 1) && $b ne ':') { $n .= $b }
              while (length($h) <= $n && sysread($c, $h, $n + 1 - length($h), length($h))) { }
              select(undef, undef, undef, 1) if $h =~ m{slow}; select(undef, undef, undef, 12) if $h =~ m{patience};
              if ($ENV{RECORD} && $h =~ m{REQUEST_URI\\0/([^\\0]+)}) {
                open(R, '>>', $ENV{RECORD}) or die; syswrite(R, "$$ has $1\n");
                select(undef, undef, undef, 0.01); syswrite(R, "$$ answers $1\n"); close R;
              }
              syswrite($c, "Status: 200 OK\\r\\n\\r\\nserved by $$");
              close $c;
            }
            """;
    final List<Long> survivors = new ArrayList<>();
    Path sockets;

    /** Where the sockets of programs are. */
    @Before
    public final void directories() throws IOException {
        sockets = Files.createDirectories(dir.resolve(".ashd/sockets"));
    }

    /** The programs that are meant to survive their callers. */
    @After
    public final void endSurvivors() {
        survivors.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    ProcessBuilder command(String... arguments) {
        ProcessBuilder builder = HearthProcess.program(dir, "callscgi", arguments);
        // whoever runs the tests in the background ignores signals that are to be tried here
        builder.command().addAll(0, List.of("env", "--default-signal=HUP,INT"));
        return builder;
    }

    AshdParent start(String... arguments) throws IOException {
        return AshdParent.start(dir, command(arguments));
    }

    static String[] serving(String... options) {
        return Stream.concat(Stream.of(options), Stream.of("perl", "-e", SERVER)).toArray(String[]::new);
    }

    List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(sockets)) {
            return files.toList();
        }
    }

    static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    static int end(AshdParent parent) throws Exception {
        return end(parent, "TERM");
    }

    static int end(AshdParent parent, String signal) throws Exception {
        Htpipe.signal(parent.process.pid(), signal);
        return parent.awaitExit();
    }

    static String get(AshdParent parent, String request) {
        try {
            return parent.get(request);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
