/** PLACEHOLDER. */
package org.hearthd.stdin;
