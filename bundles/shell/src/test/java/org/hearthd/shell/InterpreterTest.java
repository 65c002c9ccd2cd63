package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands through the real Gogo. */
final class InterpreterTest {
    private final InputStream in = System.in;
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Map<String, String> help = new TreeMap<>();
    private final ThreadIOImpl io = new ThreadIOImpl();
    private final CommandProcessorImpl processor = new CommandProcessorImpl(io);
    private final Interpreter interpreter = new Interpreter(processor, io, () -> help);

    /** What is to be called. */
    public static final class Target {
        /** What came. */
        public final List<String> came = new ArrayList<>();

        /** Rows. */
        public List<Map<String, Object>> rows() {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", "hello");
            row.put("age.ms", 1500);
            return List.of(row);
        }

        /** Takes words. */
        public String take(String one, String two) {
            came.add(one);
            came.add(two);
            return one + two;
        }

        /** Prints, as commands of others do. */
        public void print() {
            System.out.println("printed");
            System.err.println("complained");
        }

        /** Fails. */
        public String refuse(String name) {
            throw new IllegalArgumentException("no handler named " + name);
        }

        /** Fails worse. */
        public void link() {
            throw new NoClassDefFoundError("org/example/Gone");
        }
    }

    private final Target target = new Target();

    @BeforeEach
    void register() {
        for (String name : List.of("rows", "take", "print", "refuse", "link")) {
            processor.addCommand("hearth", target, name);
            help.put(name, name.equals("take") ? "take ONE TWO: take two words" : name);
        }
        processor.addCommand("other", target, "rows");
    }

    @AfterEach
    void restore() {
        System.setIn(in);
        System.setOut(out);
        System.setErr(err);
    }

    private Answer run(String... words) {
        return interpreter.run(List.of(words));
    }

    @Test
    void resultsAreTablesForPeopleAndJsonForPrograms() {
        assertEquals(new Answer("NAME   AGE\nhello  1.5 s\n", "", 0), run("rows"));
        assertEquals(new Answer("[{\"name\":\"hello\",\"age.ms\":1500}]\n", "", 0), run("--json", "rows"));
    }

    @Test
    void wordsArePassedAsTheyAreWhateverTheyMeanInGogo() {
        List<String> nasty = List.of("$(other:rows)", "| rows", "; rows", "`rows`", "'", "\"", "\\", "{rows}", "<in", "~",
                "$HOME",
                "#", "%(1+1)", "a\nrows", "", " ", "--json", "*", "[a b]", "[a=b]", "null", "true", "1", "0x10", "\u00e4\u20ac");
        for (String one : nasty) {
            for (String two : nasty) {
                target.came.clear();
                assertEquals(0, run("take", one, two).code());
                assertEquals(List.of(one, two), target.came);
            }
        }
    }

    @Test
    void theNameOfACommandIsNoProgramEither() {
        for (String name : List.of("rows | rows", "rows;rows", "other:rows", "hearth:rows", "$rows", "ROWS", "", "take a b")) {
            Answer answer = run(name);
            assertEquals(100, answer.code(), name);
            assertTrue(answer.err().startsWith("hearth ctl: unknown command " + name), answer.err());
        }
    }

    @Test
    void anUnknownCommandAndNoCommandNameAllThereAre() {
        assertTrue(run("no\u001bsuch").err().contains("unknown command no\\x1bsuch; there are:\n  link\n"));
        Answer none = run("--json");
        assertEquals(100, none.code());
        assertTrue(none.err().contains("  take ONE TWO  take two words\n"), none.err());
        assertEquals(0, run("help").code());
        assertTrue(run("help").out().contains("  take ONE TWO  take two words\n"));
    }

    @Test
    void argumentsThatDoNotFitAreUsageErrors() {
        assertEquals(new Answer("", "hearth ctl: usage: hearth ctl take ONE TWO: take two words\n", 100), run("take", "one"));
        assertEquals(100, run("rows", "x").code());
        assertEquals(List.of(), target.came);
    }

    @Test
    void aFailureIsToldInItsOwnWords() {
        assertEquals(new Answer("", "hearth ctl: refuse: no handler named x\\x1b\n", 1), run("refuse", "x\u001b"));
        assertEquals(new Answer("", "hearth ctl: link: org/example/Gone\n", 1), run("link"));
    }

    @Test
    void whatACommandPrintsGoesToTheClient() {
        assertEquals(new Answer("printed\n", "complained\n", 0), run("print"));
        assertEquals(new Answer("null\n", "printed\ncomplained\n", 0), run("--json", "print"));
    }
}
