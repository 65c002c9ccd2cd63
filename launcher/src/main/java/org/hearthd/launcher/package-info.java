/** One {@code main}: arguments, environment, Felix boot, signals, exit codes. References no class of the bundles it starts. */
package org.hearthd.launcher;
