package org.hearthd.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.hearthd.spi.DescriptorBudget.Held;
import org.hearthd.spi.DescriptorBudget.Use;
import org.hearthd.spi.NoDescriptorException;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private final AtomicLong open = new AtomicLong(100);
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicLong limit = new AtomicLong(1000);

    private record Config(long descriptors_max) implements BudgetConfig {
        @Override
        public Class<? extends Annotation> annotationType() {
            return BudgetConfig.class;
        }
    }

    private Budget budget(long max) {
        return new Budget(() -> {
            looks.incrementAndGet();
            return open.get();
        }, limit::get, new Config(max));
    }

    @Test
    void fourFifthsOfTheLimitAreForRequestsAndHalfOfTheRestForConnectionsOfClients() throws Exception {
        Budget budget = budget(0);
        open.set(798);
        budget.hold(Use.IN_FLIGHT);
        open.set(799);
        String reason = assertThrows(NoDescriptorException.class, () -> budget.hold(Use.IN_FLIGHT)).getMessage();
        assertEquals("Too many descriptors are in use (799 of 1000).", reason);
        assertThrows(NoDescriptorException.class, () -> budget.hold(Use.LEASED));
        budget.hold(Use.CLIENT);
        open.set(899);
        budget.hold(Use.CLIENT);
        open.set(900);
        assertThrows(NoDescriptorException.class, () -> budget.hold(Use.CLIENT));
        assertEquals(3L, budget.descriptors().get("refused"));
    }

    @Test
    void itIsAllowedAgainAsSoonAsThereAreEnough() throws Exception {
        Budget budget = budget(200);
        open.set(200);
        assertThrows(NoDescriptorException.class, () -> budget.hold(Use.IN_FLIGHT));
        open.set(198);
        budget.hold(Use.IN_FLIGHT);
    }

    @Test
    void theKernelIsAskedOnlyWhenWhatWasBegunCouldHaveUsedTheBudgetUp() throws Exception {
        Budget budget = budget(300);
        for (int i = 0; i < 10_000; i++) {
            budget.hold(Use.IN_FLIGHT).release();
        }
        assertTrue(looks.get() > 90 && looks.get() < 110, looks + " looks");
    }

    @Test
    void usesAreCountedUntilTheyEnd() throws Exception {
        Budget budget = budget(0);
        List<Held> held = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            held.add(budget.hold(Use.IN_FLIGHT));
        }
        held.add(budget.hold(Use.CLIENT));
        assertEquals(5L, budget.descriptors().get("in_flight"));
        assertEquals(1L, budget.descriptors().get("client"));
        assertEquals(0L, budget.descriptors().get("leased"));
        held.forEach(Held::release);
        assertEquals(0L, budget.descriptors().get("in_flight"));
        assertEquals(0L, budget.descriptors().get("client"));
    }

    @Test
    void aChangeOfTheBudgetAppliesAtOnceAndNeverExceedsTheLimit() throws Exception {
        Budget budget = budget(0);
        budget.hold(Use.IN_FLIGHT);
        budget.modified(new Config(50));
        assertThrows(NoDescriptorException.class, () -> budget.hold(Use.IN_FLIGHT));
        limit.set(500);
        budget.modified(new Config(5_000));
        assertEquals(500L, budget.descriptors().get("budget"));
        assertEquals(500L, budget.descriptors().get("limit"));
    }

    @Test
    void theKernelSaysHowManyAreOpenAndMayBe() throws IOException {
        long before = OpenDescriptors.count();
        List<FileInputStream> files = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            files.add(new FileInputStream("/dev/null"));
        }
        long now = OpenDescriptors.count();
        for (FileInputStream file : files) {
            file.close();
        }
        assertTrue(now >= before + 40 && now <= before + 60, before + " and 50 are " + now);
        assertTrue(OpenDescriptors.limit() >= now);
    }
}
