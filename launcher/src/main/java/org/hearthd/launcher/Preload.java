package org.hearthd.launcher;

import java.text.NumberFormat;
import java.util.Locale;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.SAXException;

/**
 * Initialises, on a thread of its own while the feature files are read, the parts of the JDK and of the framework that take longest and
 * are needed next: the framework's list of the JDK's modules, number formats, the XML parser for descriptions of components.
 */
final class Preload {
    private static final System.Logger LOG = System.getLogger(Preload.class.getName());

    private Preload() {}

    /** Begins; whoever needs one of them meanwhile waits just for that one. */
    static void begin() {
        Thread thread = new Thread(Preload::run, "preload");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run() {
        try {
            Class.forName("org.apache.felix.framework.util.Util");
            NumberFormat.getInstance(Locale.getDefault(Locale.Category.FORMAT));
            SAXParserFactory.newInstance().newSAXParser();
        } catch (ClassNotFoundException | ParserConfigurationException | SAXException e) {
            LOG.log(System.Logger.Level.DEBUG, "whoever needs it will say so too", e);
        }
    }
}
