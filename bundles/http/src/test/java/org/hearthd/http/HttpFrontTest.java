package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.net.NettyEventLoops;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The component: what becomes of changes that can not be met. */
@Timeout(180)
class HttpFrontTest {
    /** Binds unless it is told that everything is taken. */
    private static final class Moody implements Listeners {
        private volatile boolean taken;
        private volatile int port;

        @Override
        public ListeningSocket listen(ListenRequest request) throws IOException {
            if (taken) {
                throw new BindException("address " + request.address() + ": address in use");
            }
            ListeningSocket socket = TestFront.LISTENERS.listen(request);
            port = socket.address().tcp().getPort();
            return socket;
        }
    }

    private static final class Log extends Handler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void publish(LogRecord message) {
            lines.add(message.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static <T> T fake(Class<T> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(HttpFrontTest.class.getClassLoader(), new Class<?>[] {type}, calls));
    }

    private static HttpFrontConfig at(String address) {
        return fake(HttpFrontConfig.class,
                (proxy, method, arguments) -> method.getName().equals("address") ? address : method.getDefaultValue());
    }

    @Test
    void aFrontThatHasLostItsAddressSaysSoAtEachChangeAndListensAgainWhenItCan() throws Exception {
        Moody listeners = new Moody();
        ServiceRegistration<?> registration = fake(ServiceRegistration.class, (proxy, method, arguments) -> null);
        BundleContext context = fake(BundleContext.class, (proxy, method, arguments) -> registration);
        Dispatcher dispatcher = fake(Dispatcher.class, (proxy, method, arguments) -> {
            ((Exchange) arguments[0]).respond(Response.text(200, "again"));
            return null;
        });
        Log log = new Log();
        Logger logger = Logger.getLogger(HttpFront.class.getName());
        logger.addHandler(log);
        try (NettyEventLoops loops = new NettyEventLoops(new JunixDescriptors(), new JunixStreams(), 1)) {
            HttpFront front = new HttpFront(context, loops, listeners, dispatcher, at("127.0.0.1:0"),
                    Map.of("service.pid", "org.hearthd.http~main"));
            front.start();
            int port = listeners.port;
            listeners.taken = true;
            log.lines.clear();
            front.modified(at("nowhere"));
            front.modified(at("*:" + port));
            front.modified(at("127.0.0.1:1"));
            String refused = "; the change is refused, http main on 127.0.0.1:";
            assertEquals(List.of(
                    "org.hearthd.http~main: address nowhere is neither HOST:PORT nor unix:PATH" + refused + port
                            + " goes on as it was",
                    "org.hearthd.http~main: address *:" + port + ": address in use" + refused
                            + "0 is not listened on any more: address"
                            + " 127.0.0.1:" + port + ": address in use",
                    "org.hearthd.http~main: address 127.0.0.1:1: address in use" + refused + "0 is not listened on any more"),
                    log.lines);
            assertThrows(IOException.class, () -> new Client(port));
            listeners.taken = false;
            front.modified(at("127.0.0.1:" + port));
            try (Client client = new Client(port)) {
                assertEquals("again", client.get("/").answer().text());
            }
            front.stop();
        } finally {
            logger.removeHandler(log);
        }
    }
}
