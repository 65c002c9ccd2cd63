/** PLACEHOLDER. */
package org.hearthd.lifecycle;
