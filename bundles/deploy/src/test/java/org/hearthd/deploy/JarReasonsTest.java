package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarReasonsTest {
    @TempDir
    Path dir;

    private Path jar(String name, String entry, String content) throws IOException {
        Path jar = dir.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry(entry));
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    @Test
    void aJarIsKnownByTheHandlersThatItsComponentsName() throws IOException {
        Path jar = jar("x.jar", "OSGI-INF/org.example.Blog.xml", """
                <scr:component name="org.example.Blog">
                  <property name="handler.path" type="String" value="/news"/>
                  <property name="handler.name" type="String" value="blog"/>
                </scr:component>""");
        assertTrue(JarReasons.names(jar, "blog"));
        assertFalse(JarReasons.names(jar, "/news"));
        assertFalse(JarReasons.names(jar, "blo"));
        assertFalse(JarReasons.names(jar("blog.jar", "other.xml", "handler.name value=\"blog\""), "blog"));
    }

    @Test
    void whatCanNotBeReadIsKnownByItsName() throws IOException {
        Path broken = Files.writeString(dir.resolve("blog-1.2.jar"), "no jar");
        assertTrue(JarReasons.names(broken, "blog"));
        assertFalse(JarReasons.names(broken, "blo"));
        assertTrue(JarReasons.names(dir.resolve("blog.jar"), "blog"));
    }
}
