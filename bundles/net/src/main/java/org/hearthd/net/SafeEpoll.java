package org.hearthd.net;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll handler with two corrections and an addition. Netty 4.2.13 and later take a descriptor out of epoll when its interest set
 * becomes empty but remember it as added; the next change then fails with ENOENT and the channel's output is shut down. A half-closed
 * channel always gets there. Here an empty set becomes EPOLLET alone (error and hang-up, reported once), so that the descriptor
 * stays in epoll without spinning. A set that is the one before costs no call.
 *
 * <p>A loop that is told to end in the middle of its tasks leaves out the step that closes what is registered with it; here that is
 * made up for.
 *
 * <p>Netty does not look at EPOLLHUP, which alone tells a peer that has closed from one that has half-closed. Here a channel's pipeline
 * is told of it by {@link PeerGone}, once, behind what has arrived with it. Netty's own list of a loop's channels stays empty, for it
 * sees the registrations instead.
 */
final class SafeEpoll implements IoHandlerFactory {
    private final IoHandlerFactory delegate = EpollIoHandler.newFactory();

    @Override
    public boolean isChangingThreadSupported() {
        return delegate.isChangingThreadSupported();
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Handler(delegate.newHandler(executor));
    }

    private record Handler(IoHandler delegate) implements IoHandler {
        @Override
        public void initialize() {
            delegate.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            Looks.renew();
            return delegate.run(context);
        }

        @Override
        public void prepareToDestroy() {
            delegate.prepareToDestroy();
        }

        @Override
        public void destroy() {
            delegate.prepareToDestroy();
            delegate.destroy();
        }

        @Override
        public void wakeup() {
            delegate.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return delegate.isCompatible(type);
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            Registration registration = new Registration((EpollIoHandle) handle);
            registration.delegate = delegate.register(registration);
            return registration;
        }
    }

    /** Stands between the two, for either the other one: one object for each channel is enough. */
    private static final class Registration implements IoRegistration, EpollIoHandle {
        private static final int EPOLLHUP = 0x10;

        private final EpollIoHandle handle;
        private IoRegistration delegate;
        private boolean added;
        private int last;
        private boolean gone;

        Registration(EpollIoHandle handle) {
            this.handle = handle;
        }

        @Override
        public FileDescriptor fd() {
            return handle.fd();
        }

        @Override
        public void registered() {
            handle.registered();
        }

        @Override
        public void unregistered() {
            handle.unregistered();
        }

        @Override
        public void close() throws Exception {
            handle.close();
        }

        @Override
        public void handle(IoRegistration of, IoEvent event) {
            handle.handle(this, event);
            boolean hangup = (((EpollIoEvent) event).ops().value() & EPOLLHUP) != 0;
            if (hangup && !gone && handle instanceof Channel.Unsafe unsafe) {
                gone = true;
                unsafe.voidPromise().channel().pipeline().fireUserEventTriggered(PeerGone.INSTANCE);
            }
        }

        @Override
        public <T> T attachment() {
            return delegate.attachment();
        }

        @Override
        public boolean isValid() {
            return delegate.isValid();
        }

        @Override
        public boolean cancel() {
            return delegate.cancel();
        }

        @Override
        public synchronized long submit(IoOps ops) {
            if (((EpollIoOps) ops).value() == 0) {
                last = 0;
                return added ? delegate.submit(EpollIoOps.EPOLLET) : 0;
            }
            if (((EpollIoOps) ops).value() == last) {
                return 0; // nothing changes: no call
            }
            added = true;
            last = ((EpollIoOps) ops).value();
            return delegate.submit(ops);
        }
    }
}
