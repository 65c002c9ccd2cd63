package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"4000,localhost,4000", ":4000,localhost,4000", "h.test:4000,h.test,4000", "127.0.0.1:1,127.0.0.1,1",
        "[::1]:65535,::1,65535"})
    void aTcpAddressHasAHostAndAPort(String text, String host, int port) {
        Address address = Address.parse(text);
        assertEquals(host, address.host());
        assertEquals(port, address.port());
    }

    @Test
    void aUnixAddressIsAnAbsolutePath() {
        assertEquals(UnixDomainSocketAddress.of("/run/a:b"), Address.parse("unix:/run/a:b").unix());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h:", "h:0", "h:65536", "h:-1", "::1:4000", "[::1", "[::1]", "unix:", "unix:relative",
        "h:no-such-service", "bad host:4000", "4000 4001", "h\t:1"})
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    }

    @Test
    void aPathThatDoesNotFitIntoAnAddressIsRefused() {
        Address.parse("unix:/" + "x".repeat(106));
        assertThrows(IllegalArgumentException.class, () -> Address.parse("unix:/" + "x".repeat(107)));
    }

    @Test
    void aPortMayBeTheNameOrAnAliasOfAService() throws IOException {
        Path services = Files.writeString(directory.resolve("services"),
                "# comment\nblog 4001/udp\nblog\t4002/tcp diary # weblog\n");
        assertEquals(4002, Address.parse("h:blog", services).port());
        assertEquals(4002, Address.parse("diary", services).port());
        assertThrows(IllegalArgumentException.class, () -> Address.parse("h:weblog", services));
    }

    @Test
    void theNameIsThatOfTheConfigurationUnlessItIsSaid() {
        assertEquals("blog", House.settings(Map.of("address", "1")).name());
        assertEquals("wiki", House.settings(Map.of("address", "1", "handler", "wiki")).name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"address|,", "address|unix:x", "convention|lighttpd", "variables|A", "variables|=b",
        "variables|CONTENT_LENGTH=1", "variables|A=1;A=2",
        "address|1,h:2,localhost:1", "address|unix:/a,unix:/a", "path|bad", "path|/a,/b?c", "hide.request.headers|Bad Header",
        "hide.request.headers|X_A",
        "hide.response.headers|Bad Header", "hide.response.headers|X-A,Content-Length", "hide.response.headers|status",
        "hide.response.headers|Transfer-Encoding"})
    void aBadValueIsRefusedByPidAndKey(String key, String value) {
        Map<String, Object> keys = new HashMap<>(Map.of("address", "1"));
        keys.put(key, value);
        String message = assertThrows(IllegalArgumentException.class, () -> House.settings(keys)).getMessage();
        assertTrue(message.startsWith("org.hearthd.scgi~blog: " + key + " "), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"forever|1|x y|mode", "client|1|x y|command", "anonymous|1|x y|address",
        "anonymous||' '|command", "launching||x y|address", "mixed|1,2|x y|address", "launching|1|x\\|command"})
    void modesThatContradictTheOtherKeysAreRefused(String mode, String address, String command, String key) {
        Map<String, Object> keys = Map.of("mode", mode, "address", address == null ? "" : address, "retries", 1, "command",
                new String[] {command});
        String message = assertThrows(IllegalArgumentException.class, () -> House.settings(keys)).getMessage();
        assertTrue(message.startsWith("org.hearthd.scgi~blog: " + key + " "), message);
    }

    @Test
    void aModeThatStartsAProgramWithoutACommandSaysWhichKeyIsMissing() {
        assertEquals("org.hearthd.scgi~blog: command is missing, mode anonymous starts a program",
                assertThrows(IllegalArgumentException.class, () -> House.settings(Map.of("mode", "anonymous"))).getMessage());
    }

    @Test
    void theFirstPauseIsNotLongerThanTheLongest() {
        Map<String, Object> keys = new HashMap<>(Map.of("address", "1", "restart.delay.min.ms", 30_001L));
        assertEquals("org.hearthd.scgi~blog: restart.delay.min.ms 30001 is more than restart.delay.max.ms 30000",
                assertThrows(IllegalArgumentException.class, () -> House.settings(keys)).getMessage());
        keys.put("restart.delay.max.ms", 30_001L);
        House.settings(keys);
    }

    @Test
    void pathsAndHiddenHeadersAreTakenWithBlanksAroundThem() {
        Settings settings = House.settings(Map.of("address", "1", "path", " /a , /b", "hide.request.headers", "X-A, x-b",
                "hide.response.headers", "X_A, Set-Cookie"));
        assertEquals(List.of("/a", "/b"), settings.paths());
        assertEquals(Set.of("HTTP_X_A", "HTTP_X_B"), settings.hiddenRequest());
        assertEquals(Set.of("x_a", "set-cookie"), settings.hiddenResponse());
    }

    /** 107 bytes fit into an address, 20 of them are the socket's name. */
    @Test
    void aDirectoryInWhichNoSocketHasRoomIsRefusedByKeyLengthAndLimit() {
        Map<String, Object> keys = new HashMap<>(Map.of("mode", "anonymous", "command", new String[] {"x"}));
        keys.put("socket.directory", "/" + "x".repeat(86));
        House.settings(keys);
        String tooLong = "/" + "x".repeat(87);
        keys.put("socket.directory", tooLong);
        String message = assertThrows(IllegalArgumentException.class, () -> House.settings(keys)).getMessage();
        assertEquals("org.hearthd.scgi~blog: socket.directory " + tooLong + " has 88 bytes, at most 87 are possible", message);
    }

    @Test
    void aProgramThatSurvivesCanNotLogThroughTheRuntime() {
        Map<String, Object> keys = Map.of("mode", "launching", "address", "1", "command", new String[] {"x y"}, "stdout", "log");
        assertThrows(IllegalArgumentException.class, () -> House.settings(keys));
    }

    @Test
    void aNumberOutOfRangeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> House.settings(Map.of("address", "1", "idle.timeout.ms", 0L)));
    }

    @Test
    void moreConnectionsAdmitThoseThatWait() {
        List<String> admitted = new ArrayList<>();
        Gate gate = new Gate(new Settings.Limits(1, 1, 2));
        Gate.Waiter second = () -> admitted.add("second");
        Gate.Waiter third = () -> admitted.add("third");
        assertEquals(Gate.Entry.ADMITTED, gate.enter(() -> admitted.add("first")));
        assertEquals(Gate.Entry.WAITING, gate.enter(second));
        assertEquals(Gate.Entry.WAITING, gate.enter(third));
        assertEquals(Gate.Entry.REFUSED, gate.enter(() -> admitted.add("fourth")));
        gate.change(new Settings.Limits(1, 2, 2));
        assertEquals(List.of("second"), admitted);
        gate.leave();
        assertEquals(List.of("second", "third"), admitted);
        assertTrue(gate.overloaded());
        assertEquals(false, gate.overloaded(), "said already");
        gate.leave();
        assertTrue(gate.overloaded(), "a place was free since");
    }
}
