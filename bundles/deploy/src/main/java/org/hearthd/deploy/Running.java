package org.hearthd.deploy;

import java.time.Instant;
import org.osgi.framework.Bundle;

/**
 * A bundle in service.
 *
 * @param bundle installed and started
 * @param jar what it was installed from
 * @param since when it took over
 */
record Running(Bundle bundle, BundleJar jar, Instant since) {}
