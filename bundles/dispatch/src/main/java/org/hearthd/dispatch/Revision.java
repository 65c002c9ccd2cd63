package org.hearthd.dispatch;

import org.hearthd.Handler;

/** A working handler with one set of settings; a slot makes a generation of it when it comes into service. */
record Revision(HandlerService service, Handler handler, HandlerSettings settings) {}
