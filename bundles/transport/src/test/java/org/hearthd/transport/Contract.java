package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.hearthd.Fd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of every implementation of the SPI share: real descriptors, and as many of them after a test as before it. */
@Timeout(180)
public abstract class Contract {
    @TempDir
    protected Path dir;

    protected PacketTransport packets;
    protected StreamTransport streams;
    protected Descriptors descriptors;

    private Set<String> openBefore;

    /** What is tested, or what the test works with. */
    protected abstract Transports transports();

    @BeforeEach
    void countDescriptors() throws Exception {
        Transports given = transports();
        packets = given.packets();
        streams = given.streams();
        descriptors = given.descriptors();
        // the first use of anything loads classes and libraries
        packets.pair().close();
        file("warm").close();
        // for closing its own sockets the JDK keeps one for ever
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
        openBefore = OpenDescriptors.list();
    }

    @AfterEach
    void closesEveryDescriptor() {
        OpenDescriptors.assertNothingNew(openBefore);
    }

    /** A descriptor of a new file that contains its own name. */
    protected Fd file(String name) throws IOException {
        Path file = dir.resolve(name);
        Files.writeString(file, name);
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            return duplicate(in, file);
        }
    }

    private Fd duplicate(FileInputStream open, Path file) throws IOException {
        assertTrue(open.getFD().valid());
        try (var numbers = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : numbers.toList()) {
                if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(file)) {
                    return descriptors.adopt(Integer.parseInt(link.getFileName().toString())).dup();
                }
            }
        }
        throw new IOException(file + " is not open");
    }

    /** What is in the file behind a descriptor, read through the descriptor's number. */
    protected static String content(Fd fd) throws IOException {
        return Files.readString(Path.of("/proc/self/fd/" + fd.number()));
    }

    /** What a child process reads from the descriptor as its standard input; closes the descriptor. */
    protected String child(Fd fd) throws Exception {
        Process cat = new ProcessBuilder("cat").redirectInput(descriptors.redirect(fd)).start();
        fd.close();
        String read = new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, cat.waitFor());
        cat.getErrorStream().close();
        cat.getInputStream().close();
        return read;
    }

    /** A virtual machine that runs {@code main} with the words, and {@code input} as its standard input; closes that. */
    protected Process virtualMachine(String limits, Class<?> main, Fd input) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", limits + " exec \"$@\"", "sh", java, "-cp",
                System.getProperty("java.class.path"), main.getName(), packets.getClass().getName(),
                descriptors.getClass().getName())
                .redirectErrorStream(true);
        if (input != null) {
            builder.redirectInput(descriptors.redirect(input));
        }
        Process process = builder.start();
        if (input != null) {
            input.close();
        }
        return process;
    }

    protected static boolean closeOnExec(Fd fd) throws IOException {
        return (flags(fd) & 02000000) != 0;
    }

    protected static boolean nonBlocking(Fd fd) throws IOException {
        return (flags(fd) & 04000) != 0;
    }

    private static int flags(Fd fd) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number())).stream().filter(line -> line.startsWith("flags:"))
                .mapToInt(line -> Integer.parseInt(line.substring(6).trim(), 8)).findFirst().orElseThrow();
    }

    protected static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    protected static String text(Packet packet) {
        return StandardCharsets.UTF_8.decode(packet.data().duplicate()).toString();
    }

    /** A name of {@code length} bytes in this test's directory. */
    protected UnixAddress address(String name) {
        return new UnixAddress(dir.resolve(name));
    }

    /** Calls on a thread of its own. */
    protected static <T> CompletableFuture<T> concurrently(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        }, "concurrently");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    protected static <T> T get(CompletableFuture<T> result) throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(60, TimeUnit.SECONDS);
    }

    /** Waits until a thread of {@link #concurrently} is inside a system call that {@code frame} made. */
    protected static void awaitBlockedIn(String frame) {
        await("a thread in " + frame,
                () -> Thread.getAllStackTraces().entrySet().stream().filter(e -> e.getKey().getName().equals("concurrently"))
                        .anyMatch(e -> Arrays.stream(e.getValue()).anyMatch(f -> f.getMethodName().equals(frame))
                                && isInTransport(e.getValue())));
    }

    /** The JDK's own native methods are how it loads a class that is needed before the call. */
    private static boolean isInTransport(StackTraceElement... stack) {
        return stack.length > 0 && stack[0].isNativeMethod() && !stack[0].getClassName().matches("(java|jdk|sun)\\..*");
    }

    protected static void await(String what, BooleanSupplier condition) {
        Await.until(what, condition);
    }
}
