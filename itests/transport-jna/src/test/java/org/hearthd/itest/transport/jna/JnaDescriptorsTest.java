package org.hearthd.itest.transport.jna;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import org.hearthd.transport.DescriptorsContract;
import org.hearthd.transport.Transports;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

final class JnaDescriptorsTest extends DescriptorsContract {
    @Override
    protected Transports transports() {
        return new Transports(new JnaPackets(), new JnaStreams(), new JnaDescriptors());
    }

    @Override
    protected DatagramSocket datagramSocket(String name) throws IOException {
        AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance();
        socket.bind(name.startsWith("@")
                ? AFUNIXSocketAddress.inAbstractNamespace(name.substring(1))
                : AFUNIXSocketAddress.of(new File(name)));
        return socket;
    }
}
