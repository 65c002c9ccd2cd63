package org.hearthd.transport;

/**
 * Who connected (SO_PEERCRED): the process that called connect, listen or socketpair.
 *
 * @param pid process id, as seen from here
 * @param uid effective user id
 * @param gid effective group id
 */
public record PeerCredentials(long pid, long uid, long gid) {}
