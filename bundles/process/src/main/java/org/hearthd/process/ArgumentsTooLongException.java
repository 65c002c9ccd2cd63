package org.hearthd.process;

import java.io.IOException;

/** The arguments and the environment of a program are longer than the kernel takes (E2BIG). */
public class ArgumentsTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Names the program. */
    public ArgumentsTooLongException(String message) {
        super(message);
    }
}
