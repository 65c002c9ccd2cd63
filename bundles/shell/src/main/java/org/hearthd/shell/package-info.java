/** The control socket, and the commands that {@code hearth ctl} sends through it. */
package org.hearthd.shell;
