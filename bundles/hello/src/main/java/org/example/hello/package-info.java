/** The demo handler. */
package org.example.hello;
