/** What can be seen of a running Hearth from outside: the access log. Imports no other room; sources report through the spi. */
package org.hearthd.observe;
