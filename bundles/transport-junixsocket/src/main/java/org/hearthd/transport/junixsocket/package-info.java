/**
 * The default transport, on junixsocket, which is private to this bundle. junixsocket's socket classes are not used: they shut down
 * what others share when they close, remember received descriptors and block where nothing can wake them. What is used is the
 * native layer below them, through a few classes in its package.
 */
package org.hearthd.transport.junixsocket;
