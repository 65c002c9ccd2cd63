/** A handler whose requests are answered by another process: they are sent to the named socket of an htpipe server. */
package org.hearthd.htpipe.client;
