package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.Version;

/**
 * A private, checked copy of a bundle's jar. The framework never reads the operator's file.
 *
 * @param copy where it is
 * @param symbolicName of the bundle
 * @param version of the bundle
 * @param digest of the bytes
 */
record BundleJar(Path copy, String symbolicName, Version version, String digest) {

    /**
     * Copies a jar and checks the copy; the message of the exception says what is wrong with it.
     *
     * @throws StorageException if the copy can not be written
     */
    static BundleJar copy(Path source, Path copy) throws IOException {
        try (InputStream in = Files.newInputStream(source)) {
            write(in, copy);
        }
        return read(copy);
    }

    private static void write(InputStream in, Path copy) throws IOException {
        byte[] chunk = new byte[64 * 1024];
        try (OutputStream out = open(copy)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                write(out, chunk, length);
            }
        }
    }

    private static OutputStream open(Path copy) throws StorageException {
        try {
            Files.createDirectories(copy.getParent());
            return Files.newOutputStream(copy);
        } catch (IOException e) {
            throw new StorageException(e);
        }
    }

    private static void write(OutputStream out, byte[] chunk, int length) throws StorageException {
        try {
            out.write(chunk, 0, length);
        } catch (IOException e) {
            throw new StorageException(e);
        }
    }

    /** Reads every byte of a jar, so that a broken entry is found now and not when its class is needed. */
    static BundleJar read(Path copy) throws IOException {
        try (JarFile jar = new JarFile(copy.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new IOException("it has no manifest");
            }
            return of(copy, manifest.getMainAttributes());
        } catch (SecurityException badSignature) {
            throw new IOException(badSignature.getMessage(), badSignature);
        }
    }

    private static BundleJar of(Path copy, Attributes manifest) throws IOException {
        String name = manifest.getValue("Bundle-SymbolicName");
        if (name == null) {
            throw new IOException("it is not a bundle: its manifest has no Bundle-SymbolicName");
        }
        try {
            Version version = Version.parseVersion(manifest.getValue("Bundle-Version"));
            return new BundleJar(copy, name.split(";")[0].strip(), version, digest(copy));
        } catch (IllegalArgumentException badVersion) {
            throw new IOException("its Bundle-Version is not valid: " + badVersion.getMessage(), badVersion);
        }
    }

    private static String digest(Path file) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    InputStream open() throws IOException {
        return Files.newInputStream(copy);
    }

    boolean isSameAs(BundleJar other) {
        return other != null && digest.equals(other.digest);
    }

    /** Symbolic name and version, for people. */
    String identity() {
        return symbolicName + " " + version;
    }
}
