/**
 * What this bundle adds to junixsocket's own package, because the calls it needs are package-private there. Nothing of it leaves
 * the bundle.
 */
package org.newsclub.net.unix;
