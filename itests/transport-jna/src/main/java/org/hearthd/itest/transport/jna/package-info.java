/**
 * A second transport, which calls the C library through JNA and shares no code with the default one. It exists for the test that
 * replaces the transport of a running system, and keeps the same contract.
 */
package org.hearthd.itest.transport.jna;
