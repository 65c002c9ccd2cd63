package org.hearthd.dispatch;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher in a framework for each test, and the handlers that several tests use. */
abstract class HouseTest {
    @TempDir
    Path storage;
    House house;
    final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        house = new House(storage, House.config(config()));
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        house.close();
    }

    /** Annotated with the dispatcher's configuration. */
    Class<?> config() {
        return House.WithoutParking.class;
    }

    static Handler says(String text) {
        return e -> e.respond(Response.text(200, text));
    }

    Handler stuck(CountDownLatch entered) {
        return e -> {
            entered.countDown();
            awaitRelease();
            e.respond(Response.text(200, "late"));
        };
    }

    void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isUp(String name) {
        try {
            return house.dispatch(name).status() == 200;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
