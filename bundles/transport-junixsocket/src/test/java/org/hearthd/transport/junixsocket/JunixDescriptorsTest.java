package org.hearthd.transport.junixsocket;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.SocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.transport.DescriptorsContract;
import org.hearthd.transport.Transports;

final class JunixDescriptorsTest extends DescriptorsContract {
    @Override
    protected Transports transports() {
        return RealSockets.junixsocket();
    }

    /** One of junixsocket as it is, without the class that the bundle has in place of one of its own. */
    @Override
    protected DatagramSocket datagramSocket(String name) throws IOException {
        try (URLClassLoader original = new URLClassLoader(junixsocket(), ClassLoader.getPlatformClassLoader())) {
            Class<?> sockets = original.loadClass("org.newsclub.net.unix.AFUNIXDatagramSocket");
            Class<?> addresses = original.loadClass("org.newsclub.net.unix.AFUNIXSocketAddress");
            DatagramSocket socket = (DatagramSocket) sockets.getMethod("newInstance").invoke(null);
            socket.bind((SocketAddress) (name.startsWith("@")
                    ? addresses.getMethod("inAbstractNamespace", String.class).invoke(null, name.substring(1))
                    : addresses.getMethod("of", File.class).invoke(null, new File(name))));
            return socket;
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    private static URL[] junixsocket() throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (path.contains("junixsocket-") && path.endsWith(".jar")) {
                jars.add(Path.of(path).toUri().toURL());
            }
        }
        return jars.toArray(new URL[0]);
    }
}
