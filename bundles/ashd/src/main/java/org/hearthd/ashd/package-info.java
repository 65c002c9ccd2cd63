/** PLACEHOLDER. */
package org.hearthd.ashd;
