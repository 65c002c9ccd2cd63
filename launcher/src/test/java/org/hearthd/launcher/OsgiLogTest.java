package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.LoggerConsumer;

/** The OSGi log service on top of java.util.logging. */
class OsgiLogTest {
    private final Logger root = Logger.getLogger("");
    private final List<LogRecord> records = new ArrayList<>();
    private final Handler capture = new Handler() {
        @Override
        public void publish(LogRecord line) {
            records.add(line);
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
    private final org.osgi.service.log.Logger logger = new OsgiLog().getLogger("org.example.Greeter");

    @BeforeEach
    void listen() {
        root.addHandler(capture);
    }

    @AfterEach
    void leave() {
        root.removeHandler(capture);
    }

    private List<String> messages() {
        return records.stream().map(LogRecord::getMessage).toList();
    }

    @Test
    void aComponentThatFailsIsTenLinesAtMostWithTheCauseAndThePlaceInItsOwnCode() {
        Throwable deep = new IllegalStateException("the licence\nhas expired");
        deep.setStackTrace(new StackTraceElement[] {new StackTraceElement("java.util.Objects", "requireNonNull", "O.java", 1),
            new StackTraceElement("org.example.Greeter", "licence", "Greeter.java", 7),
            new StackTraceElement("org.example.Greeter", "<init>", "Greeter.java", 5),
            new StackTraceElement("org.example.Greeter", "more", "Greeter.java", 6),
            new StackTraceElement("org.apache.felix.scr.impl.Activator", "start", "A.java", 3)});
        logger.error("bundle org.example.greeter:1.0.0 (7)[org.example.Greeter(2)] : Error during instantiation",
                new InvocationTargetException(new IllegalArgumentException("no greeting", deep)));
        assertEquals(List.of("bundle org.example.greeter:1.0.0 (7)[org.example.Greeter(2)] : Error during instantiation: "
                + "java.lang.IllegalArgumentException: no greeting\n  caused by java.lang.IllegalStateException: the licence has expired"
                + "\n    at org.example.Greeter.licence(Greeter.java:7)\n    at org.example.Greeter.<init>(Greeter.java:5)"),
                messages());
        assertEquals(null, records.get(0).getThrown());
    }

    @Test
    void whatDeclarativeServicesRepeatOrOnlyWarnOfIsNotLogged() {
        Throwable cause = new IllegalStateException("no disk");
        logger.warn("bundle org.example.greeter:1.0.0 (7) : nothing to worry about");
        logger.error("bundle org.example.greeter:1.0.0 (7) : failed", cause);
        logger.error("bundle org.example.greeter:1.0.0 (7) : failed", cause);
        assertEquals(1, records.size(), () -> messages().toString());
    }

    @Test
    void whatDeclarativeServicesSayAgainAfterAPauseIsLoggedAgain() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE);
        org.osgi.service.log.Logger timed = new OsgiLog(clock::get).getLogger("org.example.Greeter");
        Throwable cause = new IllegalStateException("no disk");
        for (int retry = 0; retry < 30; retry++) {
            timed.error("bundle org.example.greeter:1.0.0 (7) : failed", cause);
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        assertEquals(1, records.size(), () -> messages().toString());
        clock.addAndGet(TimeUnit.SECONDS.toNanos(9));
        timed.error("bundle org.example.greeter:1.0.0 (7) : failed", cause);
        assertEquals(2, records.size(), "a good configuration may have been there in between");
    }

    @Test
    void aRecordWithoutTextOrWithAMistakeInItsFormatIsLogged() {
        Throwable cause = new IllegalStateException();
        logger.error(cause.getMessage(), cause);
        assertEquals(List.of("null"), messages());
        assertSame(cause, records.get(0).getThrown());
        new OsgiLog().getLogger(OsgiLogTest.class, FormatterLogger.class).error("%d of %d disks", "three", 4);
        assertEquals("%d of %d disks [three, 4]", records.get(1).getMessage());
    }

    @Test
    void aBundlesOwnRecordsAreLoggedAsTheyAre() {
        Throwable cause = new IllegalStateException("no disk");
        logger.warn("{} of {} disks", 1, 2, cause);
        assertEquals(List.of("1 of 2 disks"), messages());
        assertSame(cause, records.get(0).getThrown());
        assertEquals("org.example.Greeter", records.get(0).getLoggerName());
        assertEquals(java.util.logging.Level.WARNING, records.get(0).getLevel());
        new OsgiLog().getLogger(OsgiLogTest.class, FormatterLogger.class).error("%d of %d disks", 3, 4);
        assertEquals("3 of 4 disks", records.get(1).getMessage());
        logger.warn((LoggerConsumer<IllegalStateException>) to -> to.warn("asked for"));
        assertEquals("asked for", records.get(2).getMessage());
    }

    @Test
    void levelsAreThoseOfTheLoggerOfThatName() {
        Logger.getLogger("org.example.Greeter").setLevel(java.util.logging.Level.SEVERE);
        try {
            assertTrue(logger.isErrorEnabled());
            assertEquals(false, logger.isWarnEnabled());
            logger.warn("unheard");
            assertEquals(List.of(), messages());
        } finally {
            Logger.getLogger("org.example.Greeter").setLevel(null);
        }
        assertEquals("org.example.Greeter", logger.getName());
    }
}
