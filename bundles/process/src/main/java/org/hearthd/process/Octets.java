package org.hearthd.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a program octets of a request (one in each character) as arguments and variables. The virtual machine passes text, in the
 * encoding of the locale, and so can not pass every octet: where there is another than ASCII, a shell makes the octets.
 */
final class Octets {
    private Octets() {}

    /**
     * The program with further arguments at the end and with those variables.
     *
     * @param variables by names that a shell accepts
     */
    static Program add(Program program, List<String> arguments, Map<String, String> variables) {
        Map<String, String> plain = new HashMap<>();
        StringBuilder script = new StringBuilder();
        variables.forEach((name, value) -> {
            if (isAscii(value)) {
                plain.put(name, value);
            } else {
                assign(script, name, value).append("export ").append(name).append('\n');
            }
        });
        boolean ascii = script.length() == 0 && arguments.stream().allMatch(Octets::isAscii);
        Program known = program.withEnvironment(program.environment().with(plain));
        if (ascii) {
            return known.withArguments(arguments);
        }
        for (String argument : arguments) {
            assign(script, "hearth_octets", argument).append("set -- \"$@\" \"$hearth_octets\"\n");
        }
        script.append("unset hearth_octets\nexec \"$@\"\n");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script.toString(), "sh"));
        command.addAll(program.command());
        return known.withCommand(command);
    }

    private static boolean isAscii(String octets) {
        return octets.chars().allMatch(c -> c < 0x80);
    }

    /** The last character keeps the shell from removing line ends. */
    private static StringBuilder assign(StringBuilder script, String name, String octets) {
        script.append(name).append("=$(printf '");
        for (int i = 0; i < octets.length(); i++) {
            int c = octets.charAt(i);
            script.append('\\').append(c >> 6).append(c >> 3 & 7).append(c & 7);
        }
        return script.append(".')\n").append(name).append("=${").append(name).append("%.}\n");
    }
}
