package org.hearthd.transport;

import org.hearthd.Fd;

/** A process whose descriptor 0 is a packet connection: sends one message back. Arguments: the classes of packets and descriptors. */
final class Zero {
    private Zero() {}

    /** Answers once. */
    public static void main(String... arguments) throws Exception {
        PacketTransport packets = (PacketTransport) Class.forName(arguments[0]).getConstructor().newInstance();
        Descriptors descriptors = (Descriptors) Class.forName(arguments[1]).getConstructor().newInstance();
        Packet packet = new Packet(1);
        PacketConnection connection = packets.adopt(descriptors.adopt(0));
        connection.receive(packet);
        connection.send(packet.data(), packet.fds().toArray(Fd[]::new));
        packet.close();
        connection.close();
    }
}
