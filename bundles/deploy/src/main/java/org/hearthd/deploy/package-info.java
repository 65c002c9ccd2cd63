/**
 * Keeps the installed handler bundles equal to the jars of a directory: installs what is put there, updates what is replaced,
 * uninstalls what is removed. Handles no configuration files.
 */
package org.hearthd.deploy;
