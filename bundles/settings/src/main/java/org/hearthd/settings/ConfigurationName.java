package org.hearthd.settings;

/**
 * What a configuration file's name says, in File Install's way: {@code PID.cfg} or {@code FACTORY.PID-NAME.cfg}, split at the
 * first hyphen.
 *
 * @param pid the PID or factory PID
 * @param instance the name of the factory instance, empty for a single configuration
 */
record ConfigurationName(String pid, String instance) {
    private static final String SUFFIX = ".cfg";

    /** Whether the file is meant to configure something. */
    static boolean isConfiguration(String file) {
        return file.endsWith(SUFFIX) && !file.startsWith(".");
    }

    /** Whether the file lies there on purpose without configuring anything: hidden files, samples and editors' copies. */
    static boolean isQuiet(String file) {
        return file.startsWith(".") || file.endsWith("~") || file.endsWith(".example") || file.endsWith(".sample");
    }

    static ConfigurationName of(String file) {
        String stem = file.substring(0, file.length() - SUFFIX.length());
        int hyphen = stem.indexOf('-');
        return hyphen > 0
                ? new ConfigurationName(stem.substring(0, hyphen), stem.substring(hyphen + 1))
                : new ConfigurationName(stem, "");
    }

    boolean isFactory() {
        return !instance.isEmpty();
    }

    /** The PID of the configuration that File Install makes of the file. */
    String servicePid() {
        return isFactory() ? pid + "~" + instance : pid;
    }
}
