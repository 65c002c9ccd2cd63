package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** s6 as the supervisor: it is told when Hearth is ready, ends it in order, and starts it again when it was killed. */
public class SupervisionPeerIT extends InDirectory {
    private static final String DEADLINE_MS = "60000";

    private Path service;
    private Path socket;
    private Path finished;
    private Peer supervisor;

    @Before
    public void supervise() throws Exception {
        socket = dir.resolve("front.sock");
        finished = dir.resolve("finished");
        service = Files.createDirectories(dir.resolve("service"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/org.hearthd.http-main.cfg"), "address = unix:" + socket + "\n");
        Files.writeString(service.resolve("notification-fd"), "3\n");
        Files.writeString(service.resolve("timeout-kill"), "0\n");
        script("run", "exec " + HearthProcess.ROOT.resolve("bin/hearth") + " serve --home " + home + " --notification-fd 3");
        script("finish", "echo \"$1 $2\" >> " + finished);
        supervisor = Peer.start(dir, "s6-supervise", service.toString());
        Await.until("s6-supervise is there " + supervisor, () -> Peer.run(dir, "s6-svok", service.toString()).status() == 0);
        s6("s6-svwait", "-t", DEADLINE_MS, "-U", service.toString());
    }

    @After
    public void end() throws Exception {
        if (supervisor != null) {
            supervisor.close();
        }
    }

    @Test
    public void readyMeansThatTheFirstRequestIsAnswered() throws Exception {
        assertAnswers();
        assertTrue(supervisor.toString(), s6("s6-svstat", service.toString()).contains("ready"));
    }

    @Test
    public void aStoppedServiceEndsWithStatusZeroAndTakesItsSocketAlong() throws Exception {
        s6("s6-svc", "-wD", "-T", DEADLINE_MS, "-d", service.toString());
        assertEquals(supervisor.toString(), "0 0\n", Files.readString(finished));
        assertTrue("the socket file is gone", Files.notExists(socket));
    }

    @Test
    public void aKilledRuntimeComesBackOnItsHomeAndReplacesItsStaleSocket() throws Exception {
        s6("s6-svc", "-wR", "-T", DEADLINE_MS, "-k", service.toString());
        assertEquals(supervisor.toString(), "256 9\n", Files.readString(finished));
        assertAnswers();
        s6("s6-svc", "-wD", "-T", DEADLINE_MS, "-d", service.toString());
        assertEquals(supervisor.toString(), "256 9\n0 0\n", Files.readString(finished));
    }

    /** At once: a supervisor starts what depends on us when we say that we are ready. */
    private void assertAnswers() throws Exception {
        Peer.Result hello = Peer.run(dir, "curl", "-q", "-s", "-S", "--max-time", "60", "--unix-socket", socket.toString(),
                "http://h/hello");
        assertTrue(hello + "\n" + supervisor, hello.output().startsWith("Hello from hello 1.0.0"));
    }

    private String s6(String... command) throws Exception {
        Peer.Result result = Peer.run(dir, command);
        assertEquals(Arrays.toString(command) + result + "\n" + supervisor, 0, result.status());
        return result.output();
    }

    private void script(String name, String line) throws Exception {
        Path script = Files.writeString(service.resolve(name), "#!/bin/sh\n" + line + "\n");
        assertTrue(script.toFile().setExecutable(true));
    }
}
