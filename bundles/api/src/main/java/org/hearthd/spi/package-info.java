/**
 * For rooms that create exchanges (sources): the one implementation of the ownership rules of {@link org.hearthd.Exchange}, and
 * the response head as it is written on a response socket. Handlers do not import this package.
 */
@Export
@Version("1.0.0")
package org.hearthd.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
