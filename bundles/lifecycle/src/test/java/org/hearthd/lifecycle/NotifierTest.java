package org.hearthd.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotifierTest {
    private final TestDescriptors descriptors = new TestDescriptors();

    @Test
    void theDescriptorGetsANewlineAndItsEndAndTheSocketBothStates() {
        Notifier notifier = new Notifier("7", "/run/notify", descriptors);
        notifier.ready();
        notifier.stopping();
        assertEquals(List.of("fd 7: \n", "/run/notify: READY=1\n", "/run/notify: STOPPING=1\n"), descriptors.told);
    }

    @Test
    void nobodyIsToldWhereNobodyAsked() {
        Notifier notifier = new Notifier(null, null, descriptors);
        notifier.ready();
        notifier.stopping();
        assertEquals(List.of(), descriptors.told);
        assertEquals(Optional.empty(), new Notifier(null, null, null).unready());
    }

    @Test
    void readinessWaitsForTheTransportOnlyWhereSomebodyIsToBeTold() {
        assertTrue(new Notifier("7", null, null).unready().isPresent());
        assertTrue(new Notifier(null, "/run/notify", null).unready().isPresent());
        assertEquals(Optional.empty(), new Notifier("7", null, descriptors).unready());
    }

    @Test
    void aDescriptorThatIsNotOpenOrNoNumberDoesNotKeepTheSocketFromBeingTold() {
        new Notifier("-1", "/run/notify", descriptors).ready();
        new Notifier("seven", "/run/notify", descriptors).ready();
        assertEquals(List.of("/run/notify: READY=1\n", "/run/notify: READY=1\n"), descriptors.told);
    }
}
