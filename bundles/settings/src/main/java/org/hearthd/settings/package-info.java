/**
 * Checks configuration files against the Metatype of the installed bundles: at run time before File Install applies a file, and
 * by {@code hearth check}. Applies nothing itself.
 */
package org.hearthd.settings;
