/**
 * What can be seen of a running Hearth from outside, the access log, and what keeps descriptors from running out. Imports no other
 * room; sources report and ask through the spi.
 */
package org.hearthd.observe;
