/** PLACEHOLDER. */
package org.hearthd.http;
