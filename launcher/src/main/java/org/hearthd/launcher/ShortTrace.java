package org.hearthd.launcher;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a person needs of an exception: each cause on a line, and where in his own code the innermost one was thrown. */
final class ShortTrace {
    private static final int CAUSES = 3;
    private static final int FRAMES = 2;
    private static final int LINE_LENGTH = 400;
    private static final Pattern PLATFORM = Pattern.compile("(javax?|jdk|sun|com\\.sun|org\\.apache\\.felix|org\\.osgi)\\..*");

    private ShortTrace() {}

    /** To be appended to a message; begins with a colon, or is empty where there is no exception. */
    static String of(Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        Throwable innermost = thrown;
        for (Throwable each = thrown; each != null && !causes.contains(each); each = each.getCause()) {
            innermost = each;
            if (!(each instanceof InvocationTargetException)) {
                causes.add(each);
            }
        }
        if (innermost == null) {
            return "";
        }
        if (causes.isEmpty()) {
            causes.add(innermost);
        }
        StringBuilder text = new StringBuilder(": ").append(line(causes.get(0)));
        // of a long chain the inner ones say more
        causes.subList(Math.max(1, causes.size() - CAUSES + 1), causes.size())
                .forEach(cause -> text.append("\n  caused by ").append(line(cause)));
        Stream.of(innermost.getStackTrace()).filter(frame -> !PLATFORM.matcher(frame.getClassName()).matches()).limit(FRAMES)
                .forEach(frame -> text.append("\n    at ").append(frame));
        return text.toString();
    }

    private static String line(Throwable thrown) {
        String text = thrown.toString().replaceAll("\\s*\\R\\s*", " ");
        return text.length() <= LINE_LENGTH ? text : text.substring(0, LINE_LENGTH) + "...";
    }
}
