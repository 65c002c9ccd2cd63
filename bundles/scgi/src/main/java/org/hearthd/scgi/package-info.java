/**
 * Passes exchanges on to SCGI servers, as callscgi(1) does: CGI variables and the body one way, head and body of the answer the other
 * way, both at once and no faster than the slower side.
 */
package org.hearthd.scgi;
