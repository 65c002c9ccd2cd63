package org.hearthd.http;

import io.netty.buffer.ByteBuf;

/**
 * A piece of a request body.
 *
 * @param bytes owned by whoever has the piece; empty only in a last one
 * @param last whether the body ends with it
 */
record BodyPiece(ByteBuf bytes, boolean last) {}
