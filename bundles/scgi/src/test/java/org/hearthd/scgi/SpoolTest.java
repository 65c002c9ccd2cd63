package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A body that is kept while everything around it ends. */
@Timeout(180)
class SpoolTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final List<IOException> results = new ArrayList<>();
    @TempDir
    private Path directory;

    @AfterEach
    void endLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void whenNobodyWritesAnyMoreThePieceIsReleasedAndTheBodyFails() {
        Spool spool = new Spool(loop, task -> {
            throw new RejectedExecutionException("stopped");
        }, directory, 3);
        ByteBuf kept = Unpooled.buffer().writeZero(3);
        ByteBuf more = Unpooled.buffer().writeZero(5);
        spool.add(kept, results::add);
        spool.add(more, results::add);
        assertEquals(0, more.refCnt());
        assertEquals(2, results.size());
        assertInstanceOf(IOException.class, results.get(1));
        spool.release();
    }

    @Test
    void aFileThatWasWrittenWhileTheLoopEndedIsClosed() throws IOException {
        Spool spool = new Spool(loop, task -> {
            endLoop();
            task.run();
        }, directory, 3);
        ByteBuf piece = Unpooled.buffer().writeZero(5);
        spool.add(piece, results::add);
        assertEquals(0, piece.refCnt());
        assertTrue(results.isEmpty());
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            assertFalse(all.anyMatch(this::isOfTheDirectory));
        }
    }

    private boolean isOfTheDirectory(Path fd) {
        try {
            return Files.readSymbolicLink(fd).startsWith(directory);
        } catch (IOException e) {
            return false;
        }
    }
}
