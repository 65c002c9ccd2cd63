/** Handlers that the tests pack into bundles and deploy. */
package org.hearthd.itests.handlers;
