/**
 * Readiness, and why not yet; orderly shutdown. Knows that there are sources, routes and components, not what they are made of.
 */
package org.hearthd.lifecycle;
