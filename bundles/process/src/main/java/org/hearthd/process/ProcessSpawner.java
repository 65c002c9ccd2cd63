package org.hearthd.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.Gap;
import org.hearthd.transport.NoTransportException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Starts programs with the virtual machine's own means, which close every descriptor above 2 in the child. Stays when nobody uses it
 * any more: the programs of handlers whose configurations were deleted may still answer.
 */
@Component(immediate = true)
public final class ProcessSpawner implements Spawner {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());
    private static final Redirect NOTHING = Redirect.from(new File("/dev/null"));
    /** Whoever started a child should have ended it; this much is waited before a forgotten one is killed. */
    private static final long FORGOTTEN_MS = 2000;
    private static final int E2BIG = 7;
    /** What is a program's own fault: ENOENT, ENOEXEC, EACCES, ENOTDIR, EISDIR, ETXTBSY, ELOOP, ELIBBAD. */
    private static final Set<Integer> NOT_EXECUTABLE = Set.of(2, 8, 13, 20, 21, 26, 40, 80);
    /** The virtual machine tells an error only in words, {@code error=2, ...} or {@code error: 2 (...)}. */
    private static final Pattern ERROR = Pattern.compile("error[=:] ?(\\d+)");

    private final List<String> fileLimit;
    private final Set<RunningChild> children = ConcurrentHashMap.newKeySet();
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;

    /** Acquires nothing. */
    @Activate
    public ProcessSpawner(BundleContext context) {
        this(null, context.getProperty("hearth.caller.nofile"));
    }

    /**
     * A spawner without a component runtime.
     *
     * @param callersFileLimit the soft limit of descriptors for programs, or null for this process's
     */
    public ProcessSpawner(Descriptors descriptors, String callersFileLimit) {
        this.descriptors = descriptors;
        fileLimit = FileLimit.prefix(callersFileLimit);
    }

    @Override
    public Child start(Program program, Fd stdin) throws IOException {
        boolean needed = stdin != null || program.stdout().fd() != null || program.stderr().fd() != null;
        return start(program, stdin, needed ? Gap.await(() -> descriptors, "transport") : null);
    }

    @Override
    public Child startNow(Program program, Fd stdin) throws IOException {
        Descriptors present = descriptors;
        if (present == null) {
            throw new NoTransportException("transport");
        }
        return start(program, stdin, present);
    }

    /** @param with null where no descriptor is redirected */
    private Child start(Program program, Fd stdin, Descriptors with) throws IOException {
        ProcessBuilder builder = new ProcessBuilder();
        program.environment().apply(builder.environment());
        try {
            builder.command(command(program, builder.environment().get("PATH")));
        } catch (IllegalArgumentException e) {
            return notExecuted(program, e.getMessage());
        }
        if (program.directory() != null) {
            builder.directory(program.directory().toFile());
        }
        builder.redirectInput(stdin == null ? NOTHING : redirect(stdin, with));
        try (Copies copies = new Copies()) {
            builder.redirectOutput(redirect(program.stdout(), copies, with))
                    .redirectError(redirect(program.stderr(), copies, with));
            return start(program, builder);
        }
    }

    private List<String> command(Program program, String searchPath) {
        List<String> command = new ArrayList<>();
        String path = Executable.find(program.command().get(0), program.directory(), searchPath);
        if (program.session()) {
            command.add(Executable.find("setsid"));
        }
        command.addAll(fileLimit);
        command.addAll(Signals.prefix());
        // env(1) would take a path with = for a variable
        if (path.indexOf('=') >= 0 && !Signals.prefix().isEmpty()) {
            command.addAll(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\""));
        }
        command.add(path);
        command.addAll(program.command().subList(1, program.command().size()));
        return command;
    }

    private static Redirect redirect(Output output, Copies copies, Descriptors with) throws IOException {
        if (output.fd() != null) {
            return redirect(copies.of(output.fd()), with);
        }
        return output == Output.INHERIT ? Redirect.INHERIT : output == Output.NULL ? Redirect.DISCARD : Redirect.PIPE;
    }

    /** Programs expect blocking descriptors, and the flag is shared with whoever set it. */
    private static Redirect redirect(Fd fd, Descriptors with) throws IOException {
        with.nonBlocking(fd, false);
        return with.redirect(fd);
    }

    private Child start(Program program, ProcessBuilder builder) throws IOException {
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return failed(program, e);
        }
        RunningChild child;
        try {
            child = RunningChild.of(program, process);
        } catch (OutOfMemoryError e) {
            process.destroyForcibly();
            throw new IOException(program.name() + ": its output can not be read: " + e.getMessage(), e);
        }
        children.add(child);
        child.gone().thenRun(() -> children.remove(child));
        LOG.log(Level.DEBUG, () -> child + " was started");
        return child;
    }

    private static Child failed(Program program, IOException e) throws IOException {
        String message = String.valueOf(e.getMessage());
        Matcher matcher = ERROR.matcher(message);
        int error = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        if (error == E2BIG) {
            throw new ArgumentsTooLongException(program.name() + ": its arguments and environment are too long");
        }
        if (NOT_EXECUTABLE.contains(error)) {
            return notExecuted(program, message.substring(matcher.start()).trim());
        }
        throw new IOException(program.name() + " cannot be started: " + message, e);
    }

    private static Child notExecuted(Program program, String why) {
        return new NotExecuted("cannot execute " + program.command().get(0) + ": " + why);
    }

    /** The virtual machine closes a number in the child once it has moved it, so each stream needs one of its own. */
    private static final class Copies implements AutoCloseable {
        private final List<Fd> open = new ArrayList<>(2);

        Fd of(Fd fd) throws IOException {
            Fd copy = fd.dup();
            open.add(copy);
            return copy;
        }

        @Override
        public void close() {
            open.forEach(Fd::close);
        }
    }

    /** Ends what their owners have forgotten, except programs that survive the runtime, and waits for all that are being ended. */
    @Deactivate
    void stop() {
        List<CompletableFuture<Integer>> ends = new ArrayList<>();
        for (RunningChild child : children) {
            if (child.exit().isDone()) {
                ends.add(child.gone());
            } else if (!child.survives()) {
                LOG.log(Level.WARNING, () -> child + " still runs: it is ended");
                // SIGKILL does not end who waits for a device
                ends.add(child.end(0, FORGOTTEN_MS).completeOnTimeout(null, 2 * FORGOTTEN_MS, TimeUnit.MILLISECONDS));
            }
        }
        CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0])).join();
        children.stream().filter(child -> !child.exit().isDone() && !child.survives())
                .forEach(child -> LOG.log(Level.WARNING, () -> child + " does not end, and is left alone"));
    }
}
