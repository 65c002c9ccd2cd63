package org.hearthd.itests;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** A configuration that was refused is taken once it is corrected: it need not be deleted, and nothing be started again. */
public class CorrectedFileIT extends WithHearth {
    private static final String SCGI = "org.hearthd.scgi-app.cfg";
    private static final String PROCESS = "org.hearthd.process-app.cfg";
    private static final String FRONT = "org.hearthd.http-two.cfg";
    private static final String IN_SERVICE = "handler app/[^ ]+ is in service";
    private static final String UNCLOSED = "command = true \"unclosed\n";

    private void isRefused(String file, String why) throws Exception {
        hearth.awaitLog("/config/" + file.replace(".", "\\.") + "(:[0-9]+)?: " + why);
        hearth.awaitLog("/config/" + file.replace(".", "\\.") + " is refused; nothing is configured by it");
    }

    private String status() throws Exception {
        return hearth.ctl.ok("status").out();
    }

    private void isTaken(String file) throws Exception {
        hearth.awaitLog("/config/" + file.replace(".", "\\.") + " is in order now");
        hearth.awaitLog(IN_SERVICE);
        Await.until("it is ready", () -> status().matches("(?s).*ready +yes.*"));
    }

    @Test
    public void anScgiHandlerOfARunningRuntime() throws Exception {
        hearth = HearthProcess.ready(home);
        hearth.configure(SCGI, "path = /app\naddress = unix:rel\n");
        isRefused(SCGI, "org\\.hearthd\\.scgi~app: address unix:rel is not unix:");
        hearth.configure(SCGI, "path = app\naddress = unix:/no/such/socket\n");
        isRefused(SCGI, "org\\.hearthd\\.scgi~app: path app is not a path that begins with /");
        String status = status();
        assertTrue(status, status.contains("path app is not") && !status.contains("unix:rel"));
        hearth.configure(SCGI, "address = [::1]\n");
        isRefused(SCGI, "org\\.hearthd\\.scgi: key 'address': value '\\[::1\\]' can not be read");
        hearth.configure(SCGI, "path = /app\nadress = unix:/no/such/socket\n");
        isRefused(SCGI, "org\\.hearthd\\.scgi: unknown key 'adress'");
        assertFalse(hearth.errors(), hearth.errors().contains("is in order now"));
        hearth.configure(SCGI, "path = /app\naddress = unix:/no/such/socket\n");
        isTaken(SCGI);
        hearth.awaitAnswer("/app", 503, "not available");
    }

    @Test
    public void anScgiHandlerThatWasRefusedWhenTheRuntimeStarted() throws Exception {
        HearthProcess.home(home, SCGI, "path = /app\naddress = unix:rel\n");
        hearth = HearthProcess.ready(home);
        isRefused(SCGI, "org\\.hearthd\\.scgi~app: address unix:rel is not unix:");
        Await.until("the status has it", () -> status().contains("failed to start: ") && status().contains("address unix:rel"));
        hearth.configure(SCGI, "path = /app\naddress = unix:/no/such/socket\n");
        isTaken(SCGI);
        hearth.awaitAnswer("/app", 503, "not available");
    }

    @Test
    public void aChangeThatIsRefusedNamesItsFileAndWhatWasThereGoesOn() throws Exception {
        hearth = HearthProcess.ready(home);
        hearth.configure(SCGI, "path = /app\naddress = unix:/no/such/socket\n");
        hearth.awaitAnswer("/app", 503, "not available");
        hearth.configure(SCGI, "path = /app\naddress = unix:/no/such/socket\nmax.connections = -5\n");
        hearth.awaitLog("/config/org\\.hearthd\\.scgi-app\\.cfg: org\\.hearthd\\.scgi~app: max\\.connections -5 is not within");
        hearth.awaitLog("/config/org\\.hearthd\\.scgi-app\\.cfg is refused; the configuration from before goes on");
        hearth.awaitAnswer("/app", 503, "not available");
        assertTrue(status(), status().matches("(?s).*ready +yes.*"));
        assertFalse(hearth.errors(), hearth.errors().contains("has thrown"));
    }

    @Test
    public void aProcessHandlerOfARunningRuntime() throws Exception {
        hearth = HearthProcess.ready(home);
        hearth.configure(PROCESS, UNCLOSED);
        isRefused(PROCESS, "org\\.hearthd\\.process~app: key command: the closing \" is missing");
        hearth.configure(PROCESS, "command = cat\nstdout = null\n");
        isTaken(PROCESS);
    }

    @Test
    public void aProcessHandlerThatWasRefusedWhenTheRuntimeStarted() throws Exception {
        HearthProcess.home(home, PROCESS, UNCLOSED);
        hearth = HearthProcess.ready(home);
        isRefused(PROCESS, "org\\.hearthd\\.process~app: key command: the closing \" is missing");
        hearth.configure(PROCESS, "command = cat\nstdout = null\n");
        isTaken(PROCESS);
    }

    /** What no constructor can know. */
    @Test
    public void aFrontThatCouldNotListen() throws Exception {
        hearth = HearthProcess.ready(home);
        hearth.configure(FRONT, "address = 192.0.2.1:1\n");
        hearth.awaitLog("192\\.0\\.2\\.1:1: no such address");
        hearth.configure(FRONT, "address = 192.0.2.1:2\n");
        hearth.awaitLog("192\\.0\\.2\\.1:2: no such address");
        hearth.configure(FRONT, "address = 127.0.0.1:0\n");
        hearth.awaitLog("/config/org\\.hearthd\\.http-two\\.cfg: what could not be started with it before is started again", 2);
        hearth.awaitLog("http two on 127\\.0\\.0\\.1:[0-9]+ is listening");
        Await.until("it is ready", () -> status().matches("(?s).*ready +yes.*"));
    }
}
