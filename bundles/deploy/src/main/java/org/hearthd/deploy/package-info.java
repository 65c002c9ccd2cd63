/** PLACEHOLDER. */
package org.hearthd.deploy;
