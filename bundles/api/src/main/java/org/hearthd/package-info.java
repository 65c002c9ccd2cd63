/**
 * All that a handler needs: requests, headers, exchanges, descriptors. Pure Java; a third-party handler imports this package
 * and nothing else of Hearth.
 */
@Export
@Version("1.0.0")
package org.hearthd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
