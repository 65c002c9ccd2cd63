/**
 * Keeps in service what the jars of a directory hold: starts what is put there, replaces what is replaced without a gap, drains what is
 * removed. Handles no configuration files.
 */
package org.hearthd.deploy;
