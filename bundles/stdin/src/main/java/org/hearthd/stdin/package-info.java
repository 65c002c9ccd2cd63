/** The source of a runtime that is itself a persistent handler: receives requests from an ashd parent on descriptor 0. */
package org.hearthd.stdin;
