package org.hearthd.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.felix.metatype.AD;
import org.apache.felix.metatype.OCD;

/**
 * What a bundle says about one of its configurations.
 *
 * @param pid the PID or factory PID
 * @param factory whether there may be several, each with a name
 * @param attributes by key
 */
record Schema(String pid, boolean factory, Map<String, AD> attributes) {
    static Schema of(String pid, boolean factory, OCD definition) {
        Map<String, AD> attributes = new LinkedHashMap<>();
        if (definition.getAttributeDefinitions() != null) {
            for (Object attribute : definition.getAttributeDefinitions().values()) {
                attributes.put(((AD) attribute).getID(), (AD) attribute);
            }
        }
        return new Schema(pid, factory, attributes);
    }
}
