package org.hearthd.http;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A front with a client that is connected to it. */
@Timeout(180)
abstract class FrontContract {
    protected TestFront front;
    protected Client client;

    protected Limits limits() {
        return TestFront.LIMITS;
    }

    @BeforeEach
    void start() throws Exception {
        front = new TestFront(limits());
        client = front.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        front.close();
    }
}
