package org.hearthd.itests.handlers;

import org.osgi.service.component.annotations.Component;

/** No handler. */
@Component(service = Idler.class)
public class Idler {}
