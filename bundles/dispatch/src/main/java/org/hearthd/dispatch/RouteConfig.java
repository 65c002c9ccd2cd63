package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * One configured route. A contradictory configuration refuses activation; a contradictory change is refused and the route stays
 * as it was.
 */
@Component(service = RouteConfig.class, configurationPid = "org.hearthd.route", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RouteSettings.class, factory = true)
public final class RouteConfig {
    private static final System.Logger LOG = System.getLogger(RouteConfig.class.getName());

    private volatile Route route;

    /** Reads the route. */
    @Activate
    public RouteConfig(RouteSettings settings, Map<String, Object> properties) {
        route = RouteReader.read((String) properties.get(Constants.SERVICE_PID), settings);
    }

    /** Dispatch notices by the change of this service's properties, which follows. */
    @Modified
    void modified(RouteSettings settings, Map<String, Object> properties) {
        route = RouteReader.read((String) properties.get(Constants.SERVICE_PID), settings);
        LOG.log(Level.INFO, () -> route + " has changed");
    }

    Route route() {
        return route;
    }
}
