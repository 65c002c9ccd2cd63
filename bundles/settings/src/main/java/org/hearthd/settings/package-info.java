/** PLACEHOLDER. */
package org.hearthd.settings;
