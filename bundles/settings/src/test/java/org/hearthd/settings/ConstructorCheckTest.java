package org.hearthd.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;

/** Constructors are asked through reflection, so what they belong to is public. */
public class ConstructorCheckTest {
    /** As a component declares it. */
    @interface Config {
        /** Compared with {@link #most_ms}. */
        int least_ms() default 1;

        /** Compared with {@link #least_ms}. */
        long most_ms() default 10;

        /** A list. */
        String[] hosts() default {};

        /** Without a default. */
        boolean strict();
    }

    /** A component whose constructor needs a reference after it has checked. */
    public static final class Checked {
        /** Refuses a contradiction. */
        public Checked(BundleContext context, Runnable reference, Config config, Map<String, Object> properties) {
            if (config.least_ms() > config.most_ms()) {
                throw new IllegalArgumentException(properties.get("service.pid") + ": least.ms is more than most.ms");
            }
            if (config.strict() && config.hosts().length != 2) {
                throw new IllegalArgumentException("hosts are " + List.of(config.hosts()));
            }
            Objects.requireNonNull(reference).run();
        }
    }

    /** A component that acquires something. */
    public static final class Acquiring implements AutoCloseable {
        @Override
        public void close() {
            throw new UnsupportedOperationException("not needed");
        }
    }

    @Test
    void whoeverAcquiresSomethingIsNotAskedInAProcessThatGoesOn() {
        assertEquals(false, ConstructorCheck.ofRooms(null).asks(Acquiring.class));
        assertEquals(true, ConstructorCheck.ofRooms(null).asks(Checked.class));
        assertEquals(true, ConstructorCheck.ofAll(null).asks(Acquiring.class));
    }

    private static Optional<String> refusal(Map<String, Object> values) {
        return ConstructorCheck.refusal(Checked.class, null, values);
    }

    @Test
    void contradictionsAreFoundWithTheDefaultsOfWhatIsNotConfigured() {
        assertEquals(Optional.of("org.example~a: least.ms is more than most.ms"),
                refusal(Map.of("service.pid", "org.example~a", "least.ms", "11")));
        assertEquals(Optional.of("x: least.ms is more than most.ms"), refusal(Map.of("service.pid", "x", "most.ms", 0)));
    }

    @Test
    void whatComesOfTheMissingReferencesSaysNothing() {
        assertEquals(Optional.empty(), refusal(Map.of("least.ms", 10)));
    }

    @Test
    void listsComeAsArraysWhateverTheParserMadeOfThem() {
        assertEquals(Optional.empty(), refusal(Map.of("strict", "true", "hosts", List.of("a", "b"))));
        assertEquals(Optional.empty(), refusal(Map.of("strict", true, "hosts", new String[] {"a", "b"})));
        assertEquals(Optional.of("hosts are [a]"), refusal(Map.of("strict", true, "hosts", "a")));
        assertEquals(Optional.of("hosts are []"), refusal(Map.of("strict", true)));
    }

    @Test
    void aComponentWithoutTypedConfigurationIsNotAsked() {
        assertEquals(Optional.empty(), ConstructorCheck.refusal(Object.class, null, Map.of()));
    }
}
