package org.hearthd.launcher;

import java.text.NumberFormat;
import java.util.Locale;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.SAXException;

/**
 * Initialises, on a thread of its own while the feature files are read, the parts of the JDK and of the framework that take longest and
 * are needed next: the search for loggers in all of the class path, the framework's access to the JDK and its list of the JDK's modules,
 * number formats, the XML parser for descriptions of components.
 */
final class Preload {
    private Preload() {}

    /** Begins; whoever needs one of them meanwhile waits just for that one. */
    static void begin() {
        Thread thread = new Thread(Preload::run, "preload");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run() {
        System.Logger log = System.getLogger(Preload.class.getName());
        try {
            Class.forName("org.apache.felix.framework.util.SecureAction");
            Class.forName("org.apache.felix.framework.util.Util");
            NumberFormat.getInstance(Locale.getDefault(Locale.Category.FORMAT));
            SAXParserFactory.newInstance().newSAXParser();
        } catch (ClassNotFoundException | ParserConfigurationException | SAXException e) {
            log.log(System.Logger.Level.DEBUG, "whoever needs it will say so too", e);
        }
    }
}
