package org.hearthd.shell;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.StreamConnection;

/** The clients of the control socket: each gets a thread of its own, from a small pool that nobody else uses, and a bounded time. */
final class Clients {
    /** So many commands run at the same time; those that hang, and do not mind being interrupted, are among them. */
    static final int MOST = 16;
    private static final System.Logger LOG = System.getLogger(Clients.class.getName());
    private static final int IDLE_S = 10;
    private static final long FAREWELL_MS = 1000;

    private final long uid;
    private final Function<List<String>, Answer> commands;
    private final ThreadPoolExecutor pool;
    private final ScheduledThreadPoolExecutor timers;
    private final Set<Conversation> open = ConcurrentHashMap.newKeySet();
    private volatile long timeoutMs;

    /**
     * Without a thread while there is no client.
     *
     * @param uid who may connect
     */
    Clients(long uid, long timeoutMs, Function<List<String>, Answer> commands) {
        this.uid = uid;
        this.timeoutMs = timeoutMs;
        this.commands = commands;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = task -> new Thread(task, "shell " + number.incrementAndGet());
        pool = new ThreadPoolExecutor(0, MOST, IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
        timers = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timers.setKeepAliveTime(IDLE_S, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
    }

    /** How long the commands that begin from now on may take. */
    void timeout(long milliseconds) {
        timeoutMs = milliseconds;
    }

    /** Takes a connection over. */
    void admit(StreamConnection client) {
        Conversation conversation = new Conversation(client, commands);
        Optional<PeerCredentials> peer = client.peer();
        if (peer.isEmpty() || peer.get().uid() != uid) {
            String who = peer.map(p -> "the process " + p.pid() + " of user id " + p.uid()).orElse("an unknown process");
            LOG.log(Level.WARNING, () -> "control socket: " + who + " may not connect");
            conversation.refuse(Answer.FAILED, "permission denied: " + who + " may not control this runtime");
            return;
        }
        long limit = timeoutMs;
        FutureTask<Void> task = new FutureTask<>(conversation, null);
        open.add(conversation);
        Future<?> timer = timers.schedule(() -> {
            conversation.end("the command has not ended within " + limit + " ms (command.timeout.ms); it is interrupted");
            task.cancel(true);
        }, limit, TimeUnit.MILLISECONDS);
        try {
            pool.execute(() -> {
                task.run();
                timer.cancel(false);
                open.remove(conversation);
            });
        } catch (RejectedExecutionException e) {
            timer.cancel(false);
            open.remove(conversation);
            conversation.refuse(Answer.FAILED, "busy: " + MOST + " commands are running already");
        } catch (OutOfMemoryError threadless) {
            timer.cancel(false);
            open.remove(conversation);
            throw threadless;
        }
    }

    /** Takes nobody more. Those that are here get a moment to finish, then they are cut. */
    void close() {
        pool.shutdown();
        try {
            pool.awaitTermination(FAREWELL_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.forEach(conversation -> conversation.end("the control socket is closed"));
        pool.shutdownNow();
        timers.shutdownNow();
    }
}
