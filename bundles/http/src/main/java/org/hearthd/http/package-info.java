/**
 * The HTTP/1.1 front: accepts connections, reads requests strictly, gives each to dispatch as an exchange, and frames the answers.
 * One connection is served by one event loop; everything in this package that is not a blocking stream belongs to that loop.
 */
package org.hearthd.http;
