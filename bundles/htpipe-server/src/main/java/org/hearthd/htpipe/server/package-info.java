/** Requests from other processes: a source that listens on a named SEQPACKET socket, as the server of htpipe does. */
package org.hearthd.htpipe.server;
