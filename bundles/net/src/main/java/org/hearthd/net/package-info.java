/**
 * Netty for the rooms that move bytes: shared event loops, descriptors as channels and back, the non-blocking view of an
 * exchange, relaying. Knows no protocol.
 */
@Export
@Version("1.0.0")
package org.hearthd.net;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
