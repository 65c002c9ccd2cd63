package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The pipeline of README.md, whose child is a program in Python. */
public class PipelinePeerIT extends InDirectory {
    private static final String BEGIN = "    cat > /tmp/child.py";
    private static final String END = "    bin/hearth run --port 8080 &\n    curl http://127.0.0.1:8080/pipe ";
    private Path socket;

    @Before
    public void names() {
        home = dir.resolve("hearth-home");
        socket = dir.resolve("pipe.sock");
    }

    @After
    public void endServer() throws Exception {
        Htpipe.endDetached(socket);
    }

    /** The commands before the start, with files that are this test's. */
    private String commands() throws Exception {
        String readme = Files.readString(HearthProcess.ROOT.resolve("README.md"));
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END, begin);
        assertTrue("README.md has no such example", begin > 0 && end > begin);
        return readme.substring(begin, end).replaceAll("(?m)^    ", "").replace("/tmp/", dir + "/").replace("hearth-home",
                home.toString());
    }

    @Test
    public void theExampleOfTheReadmeKeepsItsChildWhileTheFrontIsRestarted() throws Exception {
        String first;
        try (HearthProcess front = HearthProcess.ready(home)) {
            Peer.Result setup = Peer.run(dir, "sh", "-e", "-c", "cd '" + HearthProcess.ROOT + "'\n" + commands());
            assertEquals(setup.toString(), 0, setup.status());
            front.awaitAnswer("/pipe", 200, "Hello from process ");
            first = front.get("/pipe").body();
            front.signal("TERM");
            assertEquals(front.errors(), 0, front.awaitExit());
        }
        try (HearthProcess front = HearthProcess.ready(home)) {
            front.awaitAnswer("/pipe", 200, "Hello from process ");
            assertEquals(first, front.get("/pipe").body());
        }
    }
}
