package org.hearthd.observe;

import org.hearthd.spi.Access;

/** How a line looks. Every line is ASCII, whatever a client sends, and ends with a line feed. Safe for use by several threads. */
interface LineFormat {
    /** The line of one request. */
    String line(Access access);

    /** The line that stands for some that are missing. */
    String missing(long count, long now);
}
