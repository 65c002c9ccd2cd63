package org.hearthd.ashd;

import org.hearthd.transport.PacketConnection;

/** Notices that a peer takes nothing: exchanges were late, and it has taken none that waited since they came. */
final class Stall {
    private final Forwarder.Owner owner;
    /** The connection of which that was said, or null. */
    private volatile PacketConnection reported;
    /** When the peer has last taken one of those that waited, or came itself. */
    private volatile long taken = System.nanoTime();

    Stall(Forwarder.Owner owner) {
        this.owner = owner;
    }

    void connected() {
        reported = null;
        taken();
    }

    /** The peer has taken one of those that waited. */
    void taken() {
        taken = System.nanoTime();
    }

    /** These have waited too long for that connection, or for one at all if it is null. */
    void late(Waiting youngest, PacketConnection connection) {
        if (!youngest.cameBefore(taken)) {
            reported = connection;
            owner.late(connection);
        }
    }

    boolean isReported(PacketConnection connection) {
        return reported == connection;
    }

    /** Nothing waits any more. */
    void ends(PacketConnection connection) {
        reported = null;
        owner.reads(connection);
    }
}
