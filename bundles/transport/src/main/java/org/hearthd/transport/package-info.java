/**
 * The SPI for everything that carries descriptors. One bundle implements all of it and registers the three services
 * {@link PacketTransport}, {@link StreamTransport} and {@link Descriptors}; users hold dynamic references, so that another
 * implementation can take over at run time. Nothing here assumes a library or a kind of thread.
 */
@Export
@Version("1.0.0")
package org.hearthd.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
