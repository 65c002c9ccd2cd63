/** The real thing under test: Felix with the artifacts of the build, and {@code bin/hearth} as a process. */
package org.hearthd.itests;
