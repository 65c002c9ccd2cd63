package org.hearthd.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandIT {
    @TempDir
    Path home;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;
    private TestFramework framework;
    private CheckCommand command;

    @BeforeEach
    void start() throws Exception {
        config = Files.createDirectory(home.resolve("config"));
        framework = new TestFramework(home.resolve("storage"), Samples.CM, Map.of("hearth.home", home.toString()));
        Path jar = Samples.bundle(home.resolve("front.jar"), "org.example.front", Samples.FACTORY);
        framework.context().installBundle(jar.toUri().toString());
        command = new CheckCommand(framework.context(), stream(out), stream(err));
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    @Test
    void saysThatAllIsInOrder() throws IOException {
        Files.writeString(config.resolve("org.example.front-a.cfg"), "address=x\n");
        assertEquals(0, command.applyAsInt(new String[0]));
        assertEquals(config + ": 1 file, no problems\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void reportsEveryProblemOfEveryFile() throws IOException {
        Files.writeString(config.resolve("org.example.front-a.cfg"), "adress=x\nport=y\n");
        Files.writeString(config.resolve("org.example.front-b.cfg"), "address=x\n");
        Files.writeString(config.resolve("notes.txt"), "");
        Files.writeString(config.resolve(".hidden.cfg"), "");
        assertEquals(1, command.applyAsInt(new String[] {config.toString()}));
        assertEquals(config + ": 2 files, 3 problems\n", out.toString(StandardCharsets.UTF_8));
        String[] lines = err.toString(StandardCharsets.UTF_8).split("\n");
        assertEquals(4, lines.length, () -> err.toString(StandardCharsets.UTF_8));
        assertTrue(lines[0].startsWith(config + "/notes.txt: ignored"), lines[0]);
        assertTrue(lines[1].startsWith(config + "/org.example.front-a.cfg:1: org.example.front: unknown key 'adress'"), lines[1]);
        assertTrue(lines[2].startsWith(config + "/org.example.front-a.cfg:2: org.example.front: key 'port'"), lines[2]);
        assertTrue(lines[3].startsWith(config + "/org.example.front-a.cfg: org.example.front: key 'address' is missing"),
                lines[3]);
    }

    @Test
    void checksTheOtherFilesBesideOneWithAValueInBrackets() throws IOException {
        Files.writeString(config.resolve("org.example.front-a.cfg"), "address = [::1]\n");
        Files.writeString(config.resolve("org.example.front-b.cfg"), "adress=x\naddress=x\n");
        assertEquals(1, command.applyAsInt(new String[0]));
        assertEquals(config + ": 2 files, 2 problems\n", out.toString(StandardCharsets.UTF_8));
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith(
                config + "/org.example.front-a.cfg:1: org.example.front: key 'address': value '[::1]' can not be read: "));
    }

    @Test
    void understandsTheConfigurationOfAHandlerThatIsOnlyDeployed() throws IOException {
        Files.writeString(config.resolve("org.example.pool.cfg"), "size=0\n");
        Samples.bundle(Files.createDirectory(home.resolve("deploy")).resolve("pool.jar"), "org.example.pool", Samples.SINGLE);
        assertEquals(1, command.applyAsInt(new String[0]));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("value '0' is less than the minimum"),
                err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void failsOnADirectoryThatIsNotThere() {
        assertEquals(1, command.applyAsInt(new String[] {home.resolve("nowhere").toString()}));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("nowhere: cannot be read"));
    }

    @Test
    void explainsItsUsage() {
        assertEquals(100, command.applyAsInt(new String[] {"a", "b"}));
        assertEquals("usage: hearth check [DIRECTORY]\n", err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
