package org.hearthd.itests;

import static org.junit.Assert.assertEquals;

import java.util.stream.Collectors;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Tuned;
import org.junit.Before;
import org.junit.Test;

/** Configurations are changed while every request is counted. */
public class ConfigurationUnderLoadIT extends WithHearth {

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
    }

    @Test
    public void aPersistentChildIsSwappedWithItsConfiguration() throws Exception {
        hearth.configure("org.hearthd.route-child.cfg", "path = /child\nhandler = child\n");
        child(1);
        hearth.awaitAnswer("/child?1", 200, "\u0001");
        int parked = hearth.ctl.parkedEver("child");
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/child"))) {
            for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
                child(i);
                load.awaitStamp("child", i);
            }
            hearth.configure("org.hearthd.process-child.cfg", "command = /no/such/program\n");
            hearth.awaitLog("keeps its old process, the new one does not start");
            load.awaitMore();
            load.end();
        }
        assertEquals("parked", parked, hearth.ctl.parkedEver("child"));
    }

    private void child(int number) throws Exception {
        String command = StampedChild.command(number).stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        hearth.configure("org.hearthd.process-child.cfg", "command = " + command + "\n");
    }

    @Test
    public void aHandlerInTheRuntimeTakesAnotherConfigurationAndGoesOnAfterABadOne() throws Exception {
        tuned(1);
        hearth.deploy(HandlerBundles.pack(dir, "tuned", "1.0.0", Stamp.class, Tuned.class, Tuned.Config.class), "tuned.jar");
        hearth.awaitAnswer("/tuned?1", 200, "\u0001");
        int parked = hearth.ctl.parkedEver("tuned");
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/tuned"))) {
            for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
                tuned(i);
                load.awaitStamp("tuned", i);
            }
            tuned(-5);
            hearth.awaitLog("number=-5 is negative");
            load.awaitMore();
            load.end();
        }
        assertEquals("parked", parked, hearth.ctl.parkedEver("tuned"));
    }

    private void tuned(int number) throws Exception {
        hearth.configure("org.example.tuned.cfg", "number = " + number + "\n");
    }
}
