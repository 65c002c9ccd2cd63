package org.hearthd.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationCheckTest {
    private static final String FRONT = "org.example.front-main.cfg";
    private Map<String, Schema> schemas;
    private ConfigurationCheck check;

    @BeforeEach
    void describe() throws IOException {
        schemas = List.of(Samples.schema(Samples.FACTORY), Samples.schema(Samples.SINGLE)).stream()
                .collect(Collectors.toMap(Schema::pid, schema -> schema));
        check = check((pid, values) -> List.of());
    }

    private ConfigurationCheck check(ConfigurationCheck.Components components) {
        return new ConfigurationCheck(schemas, Map.of("hearth.port", "8081")::get, components);
    }

    @Test
    void acceptsWhatIsInOrder() {
        accepted(FRONT, "# a comment\naddress = 127.0.0.1\nport = 80\nmode = safe\nkeep.alive = false\nlabel =\n");
        accepted("org.example.pool.cfg", "size=1");
        accepted("org.example.pool.cfg", "");
    }

    @Test
    void namesFileLinePidAndTheNearestKeyForAnUnknownKey() {
        refused(FRONT, "address = x\n\n# c\nprot = 80\n",
                "f:4: org.example.front: unknown key 'prot'; the nearest known key is 'port'");
    }

    @Test
    void countsLinesAcrossContinuedOnes() {
        refused(FRONT, "address = x\\\n  y\nkeep = 80\n", "f:3: org.example.front: unknown key 'keep'; ");
    }

    @Test
    void refusesValuesOutsideTheLimitsAndSaysWhatIsExpected() {
        refused(FRONT, "address=x\nport=65536", "f:2: org.example.front: key 'port': value '65536' is greater than the maximum; "
                + "expected: Integer 0..65535 (TCP port, e.g. 8080)");
        refused(FRONT, "address=x\nport=-1", "value '-1' is less than the minimum");
    }

    @Test
    void refusesValuesOfAnotherType() {
        refused(FRONT, "address=x\nport=eighty", "key 'port': value 'eighty' is not valid; expected: Integer");
        refused(FRONT, "address=x\nport=", "value '' is empty");
        refused(FRONT, "address=x\nkeep.alive=yes", "key 'keep.alive': value 'yes' is not valid; expected: Boolean");
    }

    @Test
    void refusesWhatIsNotOneOfTheOptions() {
        refused(FRONT, "address=x\nmode=slow", "value 'slow' is not one of the options; expected: String, one of fast, safe");
    }

    @Test
    void refusesAFileWithoutARequiredKey() {
        refused(FRONT, "port=1", "f: org.example.front: key 'address' is missing; "
                + "expected: String (Where to listen, e.g. 127.0.0.1)");
    }

    @Test
    void readsListsWhenEveryValueIsQuoted() {
        accepted(FRONT, "address=\"x\"\nhosts=[\"a,b\",\"c\"]\nport=I\"80\"\n");
        refused(FRONT, "address=x\nhosts=[\"a\",\"b\"]\n", "is taken as one string");
        refused(FRONT, "address=[\"x\",\"y\"]\n", "is a list, but one value is expected");
    }

    @Test
    void namesTheKeyOfAValueInBracketsThatIsNoList() {
        refused(FRONT, "# c\naddress = [::1]\n", "f:2: org.example.front: key 'address': value '[::1]' can not be read: ");
    }

    @Test
    void whateverHappensIsAProblemOfThatFileAndNotThrown() {
        check = check((pid, values) -> {
            throw new IllegalStateException("odd");
        });
        refused(FRONT, "address=x\n", "f: org.example.front: can not be checked: java.lang.IllegalStateException: odd");
    }

    @Test
    void asksTheComponentsOnlyWhatIsInOrderSoFarAndTellsTheInstance() {
        check = check((pid, values) -> List.of(pid + " " + values));
        refused(FRONT, "address=x\n", "f: org.example.front {address=x, service.pid=org.example.front~main}");
        refused(FRONT, "adress=x\naddress=x\n", "f:1: org.example.front: unknown key 'adress'");
    }

    @Test
    void refusesAKeyThatStandsTwice() {
        refused(FRONT, "address=x\nport=1\nport=2\n", "f:3: org.example.front: key 'port' stands already in line 2");
    }

    @Test
    void replacesFrameworkPropertiesAndKeysOfTheFile() {
        accepted(FRONT, "address=x\nport=${hearth.port}\nlabel=${address}\n");
        accepted(FRONT, "address=x\nport=${none:-80}\n");
        refused(FRONT, "address=x${hearth.prot}\n", "f:1: org.example.front: key 'address' refers to ${hearth.prot}, which is");
        refused(FRONT, "address=${env:HOME}\n", "refers to ${env:HOME}");
        refused(FRONT, "address=${label}\nlabel=${address}\n", "recursive variable reference");
        refused(FRONT, "address=${hearth.port\n", "a ${ without its }");
    }

    @Test
    void namesTheNearestPidForAnUnknownOne() {
        refused("org.example.frnt-main.cfg", "", "f: no installed bundle knows the PID 'org.example.frnt'; "
                + "the nearest known PID is 'org.example.front'");
    }

    @Test
    void tellsFactoriesFromSingleConfigurations() {
        refused("org.example.front.cfg", "", "f: org.example.front: is a factory PID: name the file org.example.front-NAME.cfg");
        refused("org.example.pool-a.cfg", "", "f: org.example.pool: is not a factory PID: name the file org.example.pool.cfg");
    }

    @Test
    void explainsThatATildeInTheNameWouldBeIgnored() {
        refused("org.example.front~main.cfg", "address=x", "name it org.example.front-main.cfg");
    }

    @Test
    void splitsTheNameAtTheFirstHyphen() {
        assertEquals(new ConfigurationName("a.b", "c-d"), ConfigurationName.of("a.b-c-d.cfg"));
    }

    @Test
    void refusesXmlAndOtherEncodings() {
        refused(FRONT, "<?xml version='1.0'?>", "XML is not supported");
        List<Problem> problems = check.check("f", FRONT, "address=\u00e4".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("f: org.example.front: is not UTF-8", problems.get(0).toString());
    }

    private void accepted(String name, String text) {
        assertEquals(List.of(), check.check("f", name, text.getBytes(StandardCharsets.UTF_8)));
    }

    private void refused(String name, String text, String message) {
        List<Problem> problems = check.check("f", name, text.getBytes(StandardCharsets.UTF_8));
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.get(0).toString().contains(message), () -> problems.get(0).toString());
    }
}
