/** Listening descriptors by name and address, wherever they come from. Accepts no connections. */
@Export
@Version("1.0.0")
package org.hearthd.listeners;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
