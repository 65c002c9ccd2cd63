package org.hearthd.itests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** A reverse proxy on a free port of its own, with one front of Hearth, or one SCGI server, behind it. */
final class Proxy implements AutoCloseable {
    /** Those that speak HTTP to Hearth. */
    static final Set<Program> HTTP = EnumSet.complementOf(EnumSet.of(Program.NGINX_SCGI, Program.APACHE_SCGI));
    private static final int TRIES = 5;

    /** The programs; how each is told what to do. */
    enum Program {
        NGINX {
            @Override
            String[] command(Path dir, int port, String upstream) throws IOException {
                String server = upstream.startsWith("/") ? "unix:" + upstream : upstream;
                // nothing is tried twice behind the client's back: what goes wrong shows as 502
                return new String[] {"nginx", "-e", "stderr", "-p", dir.toString(), "-c", conf(dir, user("user root;\n", "") + """
                        worker_processes 1;
                        daemon off;
                        pid %1$s/nginx.pid;
                        error_log stderr;
                        events { worker_connections 1024; }
                        http {
                          access_log off;
                          client_max_body_size 0;
                          keepalive_requests 1000000000;
                          client_body_temp_path %1$s/nginx; proxy_temp_path %1$s/nginx; fastcgi_temp_path %1$s/nginx;
                          uwsgi_temp_path %1$s/nginx; scgi_temp_path %1$s/nginx;
                          upstream hearth { server %3$s max_fails=0; keepalive 32; keepalive_requests 1000000000; }
                          server {
                            listen 127.0.0.1:%2$d;
                            location / {
                              proxy_pass http://hearth;
                              proxy_http_version 1.1;
                              proxy_set_header Connection "";
                              proxy_request_buffering off;
                              proxy_buffering off;
                              proxy_next_upstream off;
                            }
                          }
                        }
                        """.formatted(dir, port, server))};
            }
        },
        /** The upstream is an SCGI server; variables as Debian's package has them. */
        NGINX_SCGI {
            @Override
            String[] command(Path dir, int port, String upstream) throws IOException {
                return new String[] {"nginx", "-e", "stderr", "-p", dir.toString(), "-c", conf(dir, user("user root;\n", "") + """
                        daemon off;
                        pid %1$s/nginx.pid;
                        error_log stderr;
                        events { worker_connections 1024; }
                        http {
                          access_log off;
                          client_body_temp_path %1$s/nginx; proxy_temp_path %1$s/nginx; fastcgi_temp_path %1$s/nginx;
                          uwsgi_temp_path %1$s/nginx; scgi_temp_path %1$s/nginx;
                          include /etc/nginx/scgi_params;
                          server { listen 127.0.0.1:%2$d; location / { scgi_pass %3$s; } }
                        }
                        """.formatted(dir, port, upstream))};
            }
        },
        APACHE {
            @Override
            String[] command(Path dir, int port, String upstream) throws IOException {
                String server = upstream.startsWith("/") ? "unix:" + upstream + "|http://hearth/" : "http://" + upstream + "/";
                return apache(dir, port, """
                        LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
                        SetEnv proxy-sendchunked 1
                        ProxyPass / %s
                        """.formatted(server));
            }
        },
        /** The upstream is an SCGI server. */
        APACHE_SCGI {
            @Override
            String[] command(Path dir, int port, String upstream) throws IOException {
                return apache(dir, port, """
                        LoadModule proxy_scgi_module /usr/lib/apache2/modules/mod_proxy_scgi.so
                        ProxyPass / scgi://%s/
                        """.formatted(upstream));
            }
        },
        LIGHTTPD {
            @Override
            String[] command(Path dir, int port, String upstream) throws IOException {
                String server = upstream.startsWith("/")
                        ? "\"host\" => \"" + upstream + "\""
                        : "\"host\" => \"127.0.0.1\", \"port\" => " + upstream.substring(upstream.indexOf(':') + 1);
                return new String[] {"lighttpd", "-D", "-f", conf(dir, """
                        server.document-root = "%1$s"
                        server.upload-dirs = ("%1$s")
                        server.bind = "127.0.0.1"
                        server.port = %2$d
                        server.modules = ("mod_proxy")
                        server.stream-request-body = 2
                        server.stream-response-body = 2
                        proxy.server = ("/" => ((%3$s)))
                        """.formatted(dir, port, server))};
            }
        };

        /**
         * The command line of a server on that port; writes its configuration into the directory.
         *
         * @param upstream HOST:PORT, or the path of a Unix socket
         */
        abstract String[] command(Path dir, int port, String upstream) throws IOException;

        private static String[] apache(Path dir, int port, String proxy) throws IOException {
            return new String[] {"apache2", "-D", "FOREGROUND", "-f",
                conf(dir, user("User www-data\nGroup www-data\n", "") + """
                        ServerRoot %1$s
                        ServerName localhost
                        DefaultRuntimeDir %1$s
                        PidFile %1$s/apache.pid
                        ErrorLog /proc/self/fd/2
                        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
                        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
                        LoadModule env_module /usr/lib/apache2/modules/mod_env.so
                        LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
                        Listen 127.0.0.1:%2$d
                        StartServers 1
                        KeepAlive On
                        """.formatted(dir, port) + proxy)};
        }

        private static String conf(Path dir, String text) throws IOException {
            return Files.writeString(dir.resolve("proxy.conf"), text).toString();
        }

        private static String user(String root, String others) {
            return System.getProperty("user.name").equals("root") ? root : others;
        }
    }

    final int port;
    private final Peer peer;

    private Proxy(Peer peer, int port) {
        this.peer = peer;
        this.port = port;
    }

    /** Starts and waits until clients are accepted. None of the programs takes port 0, so one that is taken meanwhile is given up. */
    static Proxy start(Program program, Path dir, String upstream) throws Exception {
        Files.createDirectories(dir.resolve("nginx"));
        for (int left = TRIES;; left--) {
            int port = freePort();
            Proxy proxy = new Proxy(Peer.start(dir, program.command(dir, port, upstream)), port);
            Await.until("listens: " + proxy.peer, () -> !proxy.peer.process.isAlive() || proxy.accepts());
            if (proxy.peer.process.isAlive()) {
                return proxy;
            }
            if (left == 1 || !proxy.peer.text().contains("ddress already in use")) {
                throw new AssertionError("ended: " + proxy.peer);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public String toString() {
        return peer.toString();
    }

    @Override
    public void close() throws Exception {
        peer.close();
    }
}
