package org.hearthd.itests;

import org.junit.After;

/** Tests of a runtime in a directory of its own, which is killed behind each of them if it has not ended by then. */
public abstract class WithHearth extends InDirectory {
    /** Whoever starts it puts it here. */
    HearthProcess hearth;

    /** Runs after whatever stands behind the tests of a subclass. */
    @After
    public final void endHearth() throws Exception {
        if (hearth != null) {
            hearth.close();
        }
    }
}
