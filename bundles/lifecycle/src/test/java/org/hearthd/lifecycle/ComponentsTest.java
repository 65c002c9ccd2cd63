package org.hearthd.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

class ComponentsTest {
    private final ComponentDescriptionDTO http = description();
    private final ComponentConfigurationDTO main = new ComponentConfigurationDTO();
    private final Components components = new Components(List.of(http), d -> List.of(main));

    ComponentsTest() {
        main.description = http;
        main.properties = Map.of("service.pid", "org.hearthd.http~main");
        main.state = ComponentConfigurationDTO.ACTIVE;
        main.unsatisfiedReferences = new UnsatisfiedReferenceDTO[0];
    }

    private static ComponentDescriptionDTO description() {
        ComponentDescriptionDTO description = new ComponentDescriptionDTO();
        description.name = "org.hearthd.http.HttpFront";
        description.configurationPid = new String[] {"org.hearthd.http"};
        description.references = new ReferenceDTO[] {reference("dispatcher", "org.hearthd.dispatch.Dispatcher"),
            reference("$002", "org.hearthd.listeners.Listeners")};
        return description;
    }

    private static ReferenceDTO reference(String name, String type) {
        ReferenceDTO reference = new ReferenceDTO();
        reference.name = name;
        reference.interfaceName = type;
        return reference;
    }

    private static UnsatisfiedReferenceDTO missing(String name, String target) {
        UnsatisfiedReferenceDTO missing = new UnsatisfiedReferenceDTO();
        missing.name = name;
        missing.target = target;
        return missing;
    }

    private List<String> unready() {
        return components.unready("org.hearthd.http~main", "org.hearthd.http");
    }

    @Test
    void activeAndDelayedComponentsAreReady() {
        assertEquals(List.of(), unready());
        main.state = ComponentConfigurationDTO.SATISFIED;
        assertEquals(List.of(), unready());
    }

    @Test
    void aComponentOfABundleIsToldWithItsNameAndWhatItWaitsFor() {
        http.bundle = new BundleDTO();
        http.bundle.symbolicName = "org.hearthd.http";
        String who = "component org.hearthd.http.HttpFront of org.hearthd.http ";
        assertEquals(List.of(), components.unready(http));
        main.state = ComponentConfigurationDTO.UNSATISFIED_REFERENCE;
        main.unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {missing("$002", null)};
        assertEquals(List.of(who + "waits for org.hearthd.listeners.Listeners"), components.unready(http));
        http.configurationPolicy = "require";
        assertEquals(List.of(who + "waits for a configuration, org.hearthd.http"),
                new Components(List.of(http), d -> List.of()).unready(http));
        http.configurationPolicy = "optional";
        assertEquals(List.of(), new Components(List.of(http), d -> List.of()).unready(http));
        assertTrue(components.known("org.hearthd.http"));
        assertFalse(components.known("org.hearthd.htp"));
    }

    @Test
    void aConfigurationThatNoComponentNamesIsNobodysBusiness() {
        assertEquals(List.of(), components.unready("some.other~main", "some.other"));
    }

    @Test
    void everyMissingReferenceIsNamedWithItsTypeAndTarget() {
        main.state = ComponentConfigurationDTO.UNSATISFIED_REFERENCE;
        main.unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {missing("dispatcher", null), missing("$002", "(name=x)")};
        assertEquals(List.of("org.hearthd.http~main waits for reference dispatcher (org.hearthd.dispatch.Dispatcher)"
                + " and org.hearthd.listeners.Listeners with (name=x)"), unready());
    }

    @Test
    void aFailedActivationIsNamedWithWhatTheComponentThrew() {
        main.state = ComponentConfigurationDTO.FAILED_ACTIVATION;
        main.failure = "java.lang.reflect.InvocationTargetException\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: 127.0.0.1:80 is"
                + " in use\n\tat d.E.f(E.java:2)\nCaused by: java.io.EOFException: bind\n";
        assertEquals(List.of("org.hearthd.http~main failed to start: 127.0.0.1:80 is in use"), unready());
        main.failure = "java.lang.IllegalArgumentException: org.hearthd.http~main: address no\n\tat a.B.c(B.java:1)\n";
        assertEquals(List.of("org.hearthd.http~main failed to start: address no"), unready());
    }

    @Test
    void aConfigurationThatItsComponentDoesNotHaveYetIsNamed() {
        main.properties = Map.of("service.pid", "org.hearthd.http~other");
        assertEquals(List.of("org.hearthd.http~main has not reached component org.hearthd.http.HttpFront"), unready());
    }

    @Test
    void aComponentWithSeveralPidsCountsForEach() {
        main.properties = Map.of("service.pid", List.of("org.hearthd.common", "org.hearthd.http~main"));
        assertEquals(List.of(), unready());
        main.properties = Map.of("service.pid", new String[] {"org.hearthd.common", "org.hearthd.http~main"});
        assertEquals(List.of(), unready());
    }
}
