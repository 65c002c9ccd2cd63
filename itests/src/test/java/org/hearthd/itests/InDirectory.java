package org.hearthd.itests;

import java.nio.file.Path;
import org.junit.Before;
import org.junit.Rule;
import org.junit.rules.TemporaryFolder;

/** Tests that have a temporary directory of their own. */
public abstract class InDirectory {
    /** Is there before everything else and goes after everything else. */
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    Path dir;
    /** For a runtime in that directory; not made yet. */
    Path home;

    /** Runs before whatever stands before the tests of a subclass. */
    @Before
    public final void enter() {
        dir = folder.getRoot().toPath();
        home = dir.resolve("home");
    }
}
