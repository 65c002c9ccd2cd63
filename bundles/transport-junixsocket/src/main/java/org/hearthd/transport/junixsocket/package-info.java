/** PLACEHOLDER. */
package org.hearthd.transport.junixsocket;
