/**
 * Starts programs and watches them: the {@link org.hearthd.process.Spawner}, and on top of it handlers that are programs, one process for
 * all requests or one for each. Knows nothing of HTTP but what ashd(7) says.
 */
@Export
@Version("1.0.0")
package org.hearthd.process;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
