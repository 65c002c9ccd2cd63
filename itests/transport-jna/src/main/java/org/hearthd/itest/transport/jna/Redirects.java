package org.hearthd.itest.transport.jna;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * Makes a child's standard stream of a number. The JDK has the class for it and hides it; short of a native library of our own,
 * sun.misc.Unsafe is what reaches it. Reflective, because the compiler warns of every mention of that class.
 */
final class Redirects {
    private Redirects() {}

    static Redirect of(int number) throws IOException {
        try {
            Class<?> unsafeClass = ClassLoader.getSystemClassLoader().loadClass("sun.misc.Unsafe");
            Field theUnsafe = unsafeClass.getDeclaredField("theUnsafe");
            theUnsafe.setAccessible(true);
            Object unsafe = theUnsafe.get(null);
            Method offset = unsafeClass.getMethod("objectFieldOffset", Field.class);
            FileDescriptor fd = new FileDescriptor();
            unsafeClass.getMethod("putInt", Object.class, long.class, int.class).invoke(unsafe, fd,
                    offset.invoke(unsafe, FileDescriptor.class.getDeclaredField("fd")), number);
            Class<?> pipe = Class.forName("java.lang.ProcessBuilder$RedirectPipeImpl");
            Object redirect = unsafeClass.getMethod("allocateInstance", Class.class).invoke(unsafe, pipe);
            unsafeClass.getMethod("putObject", Object.class, long.class, Object.class).invoke(unsafe, redirect,
                    offset.invoke(unsafe, pipe.getDeclaredField("fd")), fd);
            return (Redirect) redirect;
        } catch (ReflectiveOperationException e) {
            throw new IOException("this JDK gives no child process a descriptor by its number", e);
        }
    }
}
