/** The runtime as a persistent handler of an ashd(7) parent: requests come in on descriptor 0. */
package org.hearthd.stdin;
