package org.hearthd.deploy;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.framework.wiring.BundleWiring;

/** The end of a bundle that was replaced or whose jar is gone: drained, uninstalled, and its class loader looked after. */
final class Retirement {
    private static final System.Logger LOG = System.getLogger(Retirement.class.getName());

    private final String file;
    private final Swap.Tools tools;
    private final LoaderCheck loaders;
    /** Told what has become of the class loader, and before that "" when the bundle is uninstalled. */
    private final Consumer<String> progress;

    Retirement(String file, Swap.Tools tools, LoaderCheck loaders, Consumer<String> progress) {
        this.file = file;
        this.tools = tools;
        this.loaders = loaders;
        this.progress = progress;
    }

    /** Returns at once. */
    void begin(Running old) {
        long begin = System.nanoTime();
        tools.handlers().retire(old.bundle())
                .whenCompleteAsync((done, never) -> end(old, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)),
                        tools.tasks());
    }

    private void end(Running old, long drainedMs) {
        if (tools.installer().isEnding()) {
            progress.accept("");
            return;
        }
        BundleWiring wiring = old.bundle().adapt(BundleWiring.class);
        WeakReference<ClassLoader> loader = new WeakReference<>(wiring == null ? null : wiring.getClassLoader());
        String line = file + ": " + old.jar().identity() + " was drained in " + drainedMs + " ms and uninstalled";
        tools.installer().remove(old.bundle());
        progress.accept("");
        loaders.watch(old.jar().identity(), old.bundle().getBundleId(), loader, verdict -> {
            progress.accept(verdict.text());
            LOG.log(verdict.leaking() ? System.Logger.Level.WARNING : System.Logger.Level.INFO, "{0}; old class loader {1}", line,
                    verdict.text());
        });
    }
}
