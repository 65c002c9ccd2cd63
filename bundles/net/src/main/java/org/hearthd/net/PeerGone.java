package org.hearthd.net;

/** The event in a channel's pipeline when its peer can neither send nor receive any more: a half-close is none. */
enum PeerGone {
    INSTANCE
}
