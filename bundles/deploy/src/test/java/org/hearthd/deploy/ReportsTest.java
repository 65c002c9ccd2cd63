package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

class ReportsTest {
    @TempDir
    Path directory;

    @Test
    void aJarStandsByForOneWhoseOwnFileIsBroken() {
        Deployment deployment = new Deployment("x.jar");
        BundleJar jar = new BundleJar(directory.resolve("copy"), "org.example.x", Version.emptyVersion, "");
        new Reports(new FailedMark(directory)).standsBy(deployment, jar, new Deployment("y.jar"));
        assertEquals("superseded by y.jar", deployment.standby);
    }
}
