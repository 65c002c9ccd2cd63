package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** Datagrams that are no request, or cost only their own. */
final class BadRequestsTest extends RequestsHouse {
    @Test
    void answers400WhereTheDatagramIsMalformedAndGoesOn() throws Exception {
        for (String malformed : new String[] {"G", "GET~/~HTTP/1.1~", "GET~/~HTTP/1.1~~N~~", "GET~/~HTTP/1.1~~N"}) {
            try (StreamConnection client = request(malformed)) {
                assertTrue(rest(client).startsWith("HTTP/1.1 400 Bad Request\r\n"));
            }
        }
        assertGoesOn();
    }

    @Test
    void dropsADatagramWithoutAResponseSocketAndGoesOn() throws Exception {
        parent.send(wire(GET));
        assertGoesOn();
    }

    @Test
    void answers400OnTheFirstOfSeveralDescriptorsAndClosesAll() throws Exception {
        refusesSeveral(GET);
        assertGoesOn();
    }

    private void refusesSeveral(String datagram) throws Exception {
        FdPair first = streams.pair();
        FdPair second = streams.pair();
        send(datagram, first.theirs(), second.theirs());
        try (StreamConnection a = streams.adopt(first.ours()); StreamConnection b = streams.adopt(second.ours())) {
            assertTrue(rest(a).startsWith("HTTP/1.1 400 Bad Request\r\n"));
            assertEquals("", rest(b));
        }
    }

    @Test
    void answers400WhereTheDatagramHasNoBytesOrMoreThanThereIsRoomForAndGoesOn() throws Exception {
        for (String malformed : new String[] {"", "GET~/" + "u".repeat(Packet.CAPACITY) + "~HTTP/1.1~~~"}) {
            try (StreamConnection client = request(malformed)) {
                assertTrue(rest(client).startsWith("HTTP/1.1 400 Bad Request\r\n"));
            }
            refusesSeveral(malformed);
        }
        assertGoesOn();
    }

    @Test
    void aDispatcherThatThrowsCostsOneRequest() throws Exception {
        to = exchange -> {
            throw new IllegalArgumentException("on purpose");
        };
        try (StreamConnection client = request(GET)) {
            assertTrue(rest(client).startsWith("HTTP/1.1 500 "));
        }
        to = exchanges::add;
        assertGoesOn();
    }

    @Test
    void aDescriptorThatIsNoSocketCostsOneRequest() throws Exception {
        try (Fd file = file("no-socket")) {
            parent.send(wire(GET), file);
        }
        Exchange exchange = next();
        assertThrows(IOException.class, () -> exchange.respond(Response.empty(200)));
        assertTrue(exchange.ended());
        assertGoesOn();
    }

    @Test
    void receivesDatagramsUpToTheKernelsLimit() throws Exception {
        for (int size : new int[] {Datagram.C_LIMIT, Datagram.KERNEL_LIMIT}) {
            try (StreamConnection client = request("GET~/" + "u".repeat(size - 17) + "~HTTP/1.1~~~")) {
                Exchange exchange = next();
                assertEquals(size - 16, exchange.request().url().length());
                assertEquals(size, Datagram.encode(exchange.request(), size).remaining());
                exchange.respond(Response.empty(204));
                assertEquals("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", rest(client));
            }
        }
    }

    private void assertGoesOn() throws Exception {
        try (StreamConnection client = request(GET)) {
            next().respond(Response.empty(200));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", rest(client));
        }
    }
}
