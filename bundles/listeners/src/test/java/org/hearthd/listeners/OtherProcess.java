package org.hearthd.listeners;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Another process that wants a locked file. */
final class OtherProcess {
    private OtherProcess() {}

    /** Whether somebody has that file locked, as another process sees it. */
    static boolean finds(Path locked) throws Exception {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                OtherProcess.class.getName(), locked.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        if (other.waitFor() != 0 || !List.of("true", "false").contains(said)) {
            throw new AssertionError("the other process has not found out: " + other + ", " + said);
        }
        return Boolean.parseBoolean(said);
    }

    public static void main(String[] arguments) throws Exception {
        try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
            System.out.println(channel.tryLock() == null);
        }
    }
}
