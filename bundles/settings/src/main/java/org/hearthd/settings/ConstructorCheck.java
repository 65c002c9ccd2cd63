package org.hearthd.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * Asks the constructors of components what they refuse: contradictions between keys, patterns, addresses. By convention a constructor
 * checks its configuration first, throws an {@link IllegalArgumentException}, and acquires nothing but memory. So it is called
 * without its references, and whatever else comes of that says nothing about the configuration. Only the runtime's own rooms keep to
 * that for certain, and who makes something {@link AutoCloseable} acquires more.
 */
final class ConstructorCheck implements ConfigurationCheck.Components {
    private static final System.Logger LOG = System.getLogger(ConstructorCheck.class.getName());

    private final BundleContext context;
    /** Whether the process does, so that nothing may be left behind in it. */
    private final boolean goesOn;

    private ConstructorCheck(BundleContext context, boolean goesOn) {
        this.context = context;
        this.goesOn = goesOn;
    }

    /** Asks everybody: for a process that runs nothing, and ends. */
    static ConstructorCheck ofAll(BundleContext context) {
        return new ConstructorCheck(context, false);
    }

    /** Asks only those who leave nothing behind. */
    static ConstructorCheck ofRooms(BundleContext context) {
        return new ConstructorCheck(context, true);
    }

    private static boolean isRoom(Bundle bundle) {
        return String.valueOf(bundle.getSymbolicName()).startsWith("org.hearthd.");
    }

    /** Whether that component's constructor may be called. */
    boolean asks(Class<?> component) {
        return !goesOn || !AutoCloseable.class.isAssignableFrom(component);
    }

    @Override
    public List<String> refusals(String pid, Map<String, Object> values) {
        List<String> problems = new ArrayList<>();
        for (Bundle bundle : Arrays.stream(context.getBundles()).filter(b -> !goesOn || isRoom(b)).toList()) {
            String documents = bundle.getHeaders("").get("Service-Component");
            for (String document : documents == null ? new String[0] : documents.split("\\s*,\\s*")) {
                try {
                    implementation(bundle.getEntry(document), pid)
                            .map(name -> load(bundle, name)).filter(this::asks)
                            .flatMap(component -> refusal(component, context, values)).ifPresent(problems::add);
                } catch (IOException | LinkageError | IllegalStateException unusable) {
                    LOG.log(System.Logger.Level.DEBUG, bundle + ": " + document, unusable);
                }
            }
        }
        return problems;
    }

    /** The class of a component that this PID configures. */
    private static Optional<String> implementation(URL document, String pid) throws IOException {
        if (document == null) {
            return Optional.empty();
        }
        byte[] text;
        try (InputStream in = document.openStream()) {
            text = in.readAllBytes();
        }
        // parsing all of them for each file would take a start longer than everything else
        return new String(text, StandardCharsets.UTF_8).contains(pid) ? implementation(text, pid) : Optional.empty();
    }

    private static Optional<String> implementation(byte[] document, String pid) throws IOException {
        try {
            Element component = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(document))
                    .getDocumentElement();
            List<String> pids = Arrays.asList(component.getAttribute("configuration-pid").split("\\s+"));
            Element implementation = (Element) component.getElementsByTagName("implementation").item(0);
            return pids.contains(pid) && implementation != null
                    ? Optional.of(implementation.getAttribute("class"))
                    : Optional.empty();
        } catch (ParserConfigurationException | SAXException unreadable) {
            throw new IOException(unreadable);
        }
    }

    private static Class<?> load(Bundle bundle, String name) {
        try {
            return bundle.loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new NoClassDefFoundError(name);
        }
    }

    /** What the constructor that takes the configuration says to these values. */
    static Optional<String> refusal(Class<?> component, BundleContext context, Map<String, Object> values) {
        for (Constructor<?> constructor : component.getConstructors()) {
            if (Arrays.stream(constructor.getParameterTypes()).anyMatch(Class::isAnnotation)) {
                return refusal(constructor, context, values);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> refusal(Constructor<?> constructor, BundleContext context, Map<String, Object> values) {
        try {
            constructor.newInstance(Arrays.stream(constructor.getParameters()).map(p -> argument(p, context, values)).toArray());
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof IllegalArgumentException refused) {
                return Optional.of(refused.getMessage());
            }
            LOG.log(System.Logger.Level.DEBUG, constructor + " went on to what needs its references", thrown);
        } catch (ReflectiveOperationException impossible) {
            LOG.log(System.Logger.Level.DEBUG, constructor.toString(), impossible);
        }
        return Optional.empty();
    }

    private static Object argument(Parameter parameter, BundleContext context, Map<String, Object> values) {
        Class<?> type = parameter.getType();
        if (type.isAnnotation()) {
            return TypedValues.of(type, values);
        }
        return type == BundleContext.class ? context : type == Map.class ? values : null;
    }
}
