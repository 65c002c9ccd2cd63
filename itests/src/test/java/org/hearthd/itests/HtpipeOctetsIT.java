package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hearthd.Fd;
import org.hearthd.ashd.Datagram;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.Test;

/** The child behind client and server of {@code bin/htpipe} receives the very octets that were sent, and one descriptor. */
public class HtpipeOctetsIT extends InDirectory {
    private static final String ALL = octets("");
    /** NUL is written as a tilde here. */
    private static final List<String> DATAGRAMS = List.of("GET~/x~HTTP/1.1~x~~",
            // every octet that may be there
            ALL + "~" + ALL + "~" + ALL + "~" + ALL + "~" + octets("\r\n:") + "~" + octets("\r\n") + "~~",
            "~~~~~", "~~~~N~~~", "P~/~HTTP/1.1~~N~~n~~N~\u00e9\u0080\u00ff~~",
            // behind the end anything may follow, what looks like a header, a request or a body as well
            "GET~/x~HTTP/1.1~x~~\u0080\u00ff", "GET~/x~HTTP/1.1~x~A~b~~C~d~~", "GET~/x~HTTP/1.1~x~~~~~~",
            "POST~/x~HTTP/1.1~x~~a\r\n~:b",
            "GET~/x~HTTP/1.1~x~~" + "\u00fe".repeat(Datagram.C_LIMIT - 19));

    private static String octets(String without) {
        return IntStream.rangeClosed(1, 255).filter(c -> c != '~' && without.indexOf(c) < 0).mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static byte[] bytes(String text) {
        return text.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    public void aDatagramArrivesOctetForOctetWithItsDescriptor() throws Exception {
        JunixStreams streams = new JunixStreams();
        try (Htpipe server = Htpipe.listening(dir, Htpipe.command(dir, EchoHandler.command("raw"), "-S", "s"), "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            for (String datagram : DATAGRAMS) {
                FdPair pair = streams.pair();
                try (Fd theirs = pair.theirs()) {
                    client.connection().send(ByteBuffer.wrap(bytes(datagram)), theirs);
                }
                try (StreamConnection answer = streams.adopt(pair.ours())) {
                    assertEquals("\u0001" + datagram, AshdParent.answer(answer).replace('\0', '~'));
                }
            }
            client.end();
            assertEquals(client.errors(), 0, client.awaitExit());
        }
    }
}
