package org.hearthd.scgi;

/** Whose variables a server expects. */
enum Convention {
    /** Those of ashd's callscgi: SCRIPT_NAME and PATH_INFO from URL and rest string. */
    CALLSCGI {
        @Override
        void fill(Variables v) {
            v.put("SERVER_SOFTWARE", v.software());
            v.put("GATEWAY_INTERFACE", "CGI/1.1");
            v.protocol();
            v.put("REQUEST_URI", v.request().url());
            Paths.Split split = Paths.split(v.request().path(), v.request().rest());
            v.put("PATH_INFO", split.info());
            v.put("SCRIPT_NAME", split.script());
            v.put("QUERY_STRING", v.request().query());
            v.putKnown("SERVER_NAME", v.serverName(v.header("Host")));
            v.putKnown("SERVER_ADDR", v.header("X-Ash-Server-Address"));
            v.putKnown("SERVER_PORT", v.header("X-Ash-Server-Port"));
            v.putKnown("REMOTE_USER", v.header("X-Ash-Remote-User"));
            v.https();
            v.remote();
            v.putKnown("CONTENT_TYPE", v.header("Content-Type"));
            v.putKnown("SCRIPT_FILENAME", Paths.absolute(v.header("X-Ash-File")));
            v.contentHeaders();
            v.headers();
        }
    },

    /** Those of nginx with its scgi_params: no SCRIPT_NAME, no PATH_INFO, but DOCUMENT_URI. */
    NGINX {
        @Override
        void fill(Variables v) {
            v.put("REQUEST_METHOD", v.request().method());
            v.put("REQUEST_URI", v.request().url());
            v.put("QUERY_STRING", v.request().query());
            v.put("CONTENT_TYPE", Variables.orEmpty(v.header("Content-Type")));
            v.put("DOCUMENT_URI", Paths.normal(Paths.decoded(v.request().path()), true));
            v.put("SERVER_PROTOCOL", v.request().version());
            v.put("REQUEST_SCHEME", v.scheme());
            v.https();
            v.remote();
            v.putKnown("SERVER_PORT", v.header("X-Ash-Server-Port"));
            v.put("SERVER_NAME", Variables.orEmpty(v.serverName(v.hostName())));
            v.contentHeaders();
            v.headers();
        }
    },

    /** Those of Apache's mod_proxy_scgi: the whole path in SCRIPT_NAME, no Authorization. */
    APACHE {
        @Override
        void fill(Variables v) {
            v.hide("HTTP_AUTHORIZATION");
            v.put("CONTENT_TYPE", Variables.orEmpty(v.header("Content-Type")));
            v.headers();
            v.put("SERVER_SOFTWARE", v.software());
            v.put("SERVER_NAME", Variables.orEmpty(v.serverName(v.hostName())));
            v.putKnown("SERVER_ADDR", v.header("X-Ash-Server-Address"));
            v.put("SERVER_PORT", v.hostPort());
            v.put("REMOTE_ADDR", Variables.orEmpty(v.header("X-Ash-Address")));
            v.put("REQUEST_SCHEME", v.scheme());
            v.https();
            v.putKnown("REMOTE_PORT", v.header("X-Ash-Port"));
            v.putKnown("REMOTE_USER", v.header("X-Ash-Remote-User"));
            v.protocol();
            v.put("QUERY_STRING", v.request().query());
            v.put("REQUEST_URI", v.request().url());
            v.put("SCRIPT_NAME", Paths.decoded(Paths.normal(v.request().path(), false)));
        }
    };

    /** Adds everything but CONTENT_LENGTH and SCGI. */
    abstract void fill(Variables variables);
}
