package org.hearthd.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.framework.BundleException;

/** The distribution's transport and a second one on JNA, of which one works at a time; the first to begin with. */
final class Transports {
    /** The symbolic name of each bundle is the package of its classes. */
    static final String FIRST = "org.hearthd.transport.junixsocket";
    static final String SECOND = "org.hearthd.itest.transport.jna";

    private final Container container;

    Transports(Container container) {
        this.container = container;
    }

    /** The distribution and, stopped, the second one. */
    static Option[] options(Path home) throws Exception {
        return OptionUtils.combine(Dist.options(home), bundle(jar("jna-")),
                bundle(jar("hearth-itest-transport-jna-")).noStart());
    }

    /** From the test class path. */
    private static String jar(String prefix) {
        return Stream.of(System.getProperty("java.class.path").split(":")).map(Path::of)
                .filter(p -> p.getFileName().toString().startsWith(prefix)).filter(Files::isRegularFile).findFirst()
                .orElseThrow().toUri().toString();
    }

    void start(String name) throws BundleException {
        container.bundle(name).start();
    }

    void stop(String name) throws BundleException {
        container.bundle(name).stop();
    }

    /** Starts the new one, then stops the old one. */
    void to(String name) throws BundleException {
        start(name);
        stop(name.equals(FIRST) ? SECOND : FIRST);
    }
}
