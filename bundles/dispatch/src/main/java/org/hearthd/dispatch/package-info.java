/**
 * Handlers by name, routes to them, leases on them. Parses no protocol, touches no descriptor. Other rooms use
 * {@link org.hearthd.dispatch.Dispatcher} only.
 */
@Export
@Version("1.0.0")
package org.hearthd.dispatch;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
