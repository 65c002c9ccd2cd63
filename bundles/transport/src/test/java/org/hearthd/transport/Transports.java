package org.hearthd.transport;

/** The three services of one implementation. */
public record Transports(PacketTransport packets, StreamTransport streams, Descriptors descriptors) {}
