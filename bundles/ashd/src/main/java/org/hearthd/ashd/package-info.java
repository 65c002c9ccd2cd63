/**
 * Requests between processes as ashd(7) defines them: the datagram codec, the exchange behind a received response socket, and
 * moving an exchange to another process. Opens no path, owns no thread, reads no configuration.
 */
@Export
@Version("1.0.0")
package org.hearthd.ashd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
