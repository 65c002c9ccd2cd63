package org.hearthd.htpipe.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.hearthd.transport.PacketSocket;
import org.osgi.service.component.annotations.Component;

/** The command {@code htpipe.parent}: can requests come in on descriptor 0? Asked before a server is started for them. */
@Component(service = ToIntFunction.class, property = "hearth.command=htpipe.parent")
public final class ParentCheck implements ToIntFunction<String[]> {
    private static final System.Logger LOG = System.getLogger(ParentCheck.class.getName());
    private static final int YES = 0;
    private static final int NO = 1;

    /**
     * Looks at descriptor 0 and reads nothing.
     *
     * @param arguments none
     * @return 0 = it is a socket as an ashd parent gives it, 1 = it is not; what it is, is logged
     */
    @Override
    public int applyAsInt(String[] arguments) {
        try {
            PacketSocket.check(0, Path.of("/proc"));
            return YES;
        } catch (IOException e) {
            LOG.log(Level.ERROR, e.getMessage());
            return NO;
        }
    }
}
