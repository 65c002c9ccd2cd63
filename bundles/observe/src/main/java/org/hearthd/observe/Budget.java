package org.hearthd.observe;

import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * The budget. What is open is asked of the kernel, so that nothing escapes the count; but only when as many uses have begun since the
 * last time as could have used it up, so that it costs next to nothing while there are enough.
 */
@Component(service = {DescriptorBudget.class, Budget.class}, configurationPid = "org.hearthd.observe", property = {
    "osgi.command.scope=hearth", "osgi.command.function=descriptors",
    "hearth.help=descriptors: how many are open, what for, and how many may be"})
@Designate(ocd = BudgetConfig.class)
public final class Budget implements DescriptorBudget {
    private static final System.Logger LOG = System.getLogger(Budget.class.getName());

    private final Map<Use, LongAdder> held = new EnumMap<>(Use.class);
    private final Map<Use, Held> ends = new EnumMap<>(Use.class);
    private final LongAdder refused = new LongAdder();
    /** Descriptors that are left for certain. */
    private final AtomicLong left = new AtomicLong();
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final LongSupplier open;
    private final LongSupplier kernelLimit;
    private volatile Bounds bounds;

    /**
     * How many may be open.
     *
     * @param limit says the kernel
     * @param budget for all requests
     * @param clients for connections of clients
     */
    private record Bounds(long limit, long budget, long clients) {}

    /** For the component runtime. */
    @Activate
    public Budget(BudgetConfig config) {
        this(OpenDescriptors::count, OpenDescriptors::limit, config);
    }

    Budget(LongSupplier open, LongSupplier kernelLimit, BudgetConfig config) {
        this.open = open;
        this.kernelLimit = kernelLimit;
        for (Use use : Use.values()) {
            LongAdder count = new LongAdder();
            held.put(use, count);
            ends.put(use, count::decrement);
        }
        modified(config);
    }

    /** Another budget from now on; looks at the limit again. */
    @Modified
    void modified(BudgetConfig config) {
        long limit = kernelLimit.getAsLong();
        long budget = config.descriptors_max() == 0 ? limit / 5 * 4 : Math.min(limit, config.descriptors_max());
        bounds = new Bounds(limit, budget, budget + (limit - budget) / 2);
        left.set(0);
    }

    /** Descriptors that a use may need at most: both ends of a pair; a response socket, and what it takes to read from it. */
    private static int cost(Use use) {
        return switch (use) {
            case CLIENT -> 1;
            case IN_FLIGHT -> 2;
            case LEASED -> 5;
        };
    }

    @Override
    public Held hold(Use use) throws NoDescriptorException {
        if (left.addAndGet(-cost(use)) < 0) {
            look(use);
        }
        held.get(use).increment();
        return ends.get(use);
    }

    private void look(Use use) throws NoDescriptorException {
        Bounds now = bounds;
        long count = open.getAsLong();
        left.set(Math.max(0, now.budget() - count - cost(use)));
        if (count + cost(use) > (use == Use.CLIENT ? now.clients() : now.budget())) {
            refused.increment();
            String reason = "Too many descriptors are in use (" + count + " of " + now.limit() + ").";
            if (exhausted.compareAndSet(false, true)) {
                LOG.log(Level.WARNING, () -> reason + " Requests that need another one get 503.");
            }
            throw new NoDescriptorException(reason, null);
        }
        // not at once: one request more or less is no news
        if (exhausted.get() && count < now.budget() - now.budget() / 10 && exhausted.compareAndSet(true, false)) {
            LOG.log(Level.INFO, () -> "There are enough descriptors again (" + count + " of " + now.limit() + " are in use).");
        }
    }

    /** The command: what is open, what requests hold of it, and where the bounds are. */
    public Map<String, Object> descriptors() {
        Bounds now = bounds;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("held", open.getAsLong());
        held.forEach((use, count) -> row.put(use.name().toLowerCase(Locale.ROOT), count.sum()));
        row.put("budget", now.budget());
        row.put("budget_clients", now.clients());
        row.put("limit", now.limit());
        row.put("refused", refused.sum());
        return row;
    }
}
