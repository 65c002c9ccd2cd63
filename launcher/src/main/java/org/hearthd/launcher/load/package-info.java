/** Load with a plan: requests leave at times that were planned before, whether the server is quick or not, and every one is counted. */
package org.hearthd.launcher.load;
