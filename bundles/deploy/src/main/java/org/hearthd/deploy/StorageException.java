package org.hearthd.deploy;

import java.io.IOException;

/** This room's own storage can not take the copy of a jar: the disk is full or not writable. Nothing is wrong with the jar. */
final class StorageException extends IOException {
    private static final long serialVersionUID = 1;

    StorageException(IOException cause) {
        super(cause.toString(), cause);
    }
}
