/**
 * The wire of ashd(7): requests as datagrams with their response socket, the exchange that is answered on such a socket, and the ways
 * to receive and to send both. Nothing here opens a path, starts a thread or reads configuration.
 */
@Export
@Version("1.0.0")
package org.hearthd.ashd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
