/**
 * For our rooms. For those that create exchanges (sources): the one implementation of the ownership rules of
 * {@link org.hearthd.Exchange}, and the response head as it is written on a response socket. For those with handlers that take
 * their time to go, {@link org.hearthd.spi.Leave}. Handlers of others do not import this package.
 */
@Export
@Version("1.0.0")
package org.hearthd.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
