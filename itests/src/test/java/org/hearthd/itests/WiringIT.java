package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** What the features name is all there, and all of it runs. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class WiringIT {
    @Inject
    private BundleContext context;

    /** Boots the distribution's bundles. */
    @Configuration
    public Option[] configuration() throws Exception {
        return Dist.options(Dist.home("WiringIT"));
    }

    @Test
    public void everyBundleOfTheDistributionIsActiveAndEveryFragmentAttached() throws Exception {
        TreeMap<Path, Bundle> installed = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(HearthProcess.DIST.toUri().toString())) {
                installed.put(Path.of(URI.create(bundle.getLocation())), bundle);
            }
        }
        try (Stream<Path> files = Files.walk(HearthProcess.DIST.resolve("bundles"))) {
            Set<Path> jars = files.filter(f -> f.toString().endsWith(".jar")).collect(Collectors.toCollection(TreeSet::new));
            assertTrue("the distribution has bundles", jars.size() > 1);
            assertEquals("each jar of the distribution is named by a feature", jars, installed.keySet());
        }
        installed.forEach((jar, bundle) -> {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            assertEquals(jar.toString(), fragment ? Bundle.RESOLVED : Bundle.ACTIVE, bundle.getState());
        });
    }
}
