package org.hearthd.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FormatTest {
    private final LineFormat combined = new Combined();
    private final LineFormat json = new Json();

    @Test
    void combinedIsApachesFormatWithIdGenerationMicrosecondsEndAndSourceBehindIt() {
        assertEquals("192.0.2.7 - - [21/Nov/2026:14:02:20 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"http://r/\" \"curl/8\""
                + " k3-1 hello/1.0.0#7 1234 answered \"http main\"\n",
                combined.line(Sample.of("/a?b", "User-Agent", "curl/8", "Referer", "http://r/")));
    }

    @Test
    void aDashStandsForWhatIsNotKnownInCombined() {
        assertEquals("- - - [21/Nov/2026:14:02:20 +0000] \"what came\" - - \"-\" \"-\" k3-2 - 0 moved \"stdin\"\n",
                combined.line(Sample.unknown("what came")));
    }

    @Test
    void jsonHasOneObjectWithAllFields() {
        assertEquals("{\"time\":\"2026-11-21T14:02:20.007Z\",\"client\":\"192.0.2.7\",\"method\":\"GET\",\"url\":\"/a?b\","
                + "\"version\":\"HTTP/1.1\",\"status\":200,\"bytes\":12,\"duration_us\":1234,\"referer\":\"http://r/\","
                + "\"user_agent\":\"curl/8\",\"id\":\"k3-1\",\"generation\":\"hello/1.0.0#7\",\"end\":\"answered\","
                + "\"source\":\"http main\"}\n", json.line(Sample.of("/a?b", "User-Agent", "curl/8", "Referer", "http://r/")));
    }

    @Test
    void nullStandsForWhatIsNotKnownInJson() {
        assertEquals("{\"time\":\"2026-11-21T14:02:20.007Z\",\"client\":null,\"unreadable\":\"what came\",\"status\":null,"
                + "\"bytes\":null,\"duration_us\":0,\"referer\":null,\"user_agent\":null,\"id\":\"k3-2\",\"generation\":null,"
                + "\"end\":\"moved\",\"source\":\"stdin\"}\n", json.line(Sample.unknown("what came")));
    }

    @Test
    void whateverOctetsAClientSendsItIsOneLineOfPrintableAscii() {
        String all = Sample.everything();
        for (LineFormat format : new LineFormat[] {combined, json}) {
            for (String line : new String[] {format.line(Sample.unknown(all)),
                format.line(Sample.of(all, "Referer", all.replace("\r", "").replace("\n", "")))}) {
                assertTrue(line.endsWith("\n"));
                assertTrue(line.chars().limit(line.length() - 1L).allMatch(c -> c >= ' ' && c < 0x7f), line);
            }
        }
    }

    @Test
    void aQuoteABackslashAndOtherOctetsCanNotEndAFieldOfCombined() {
        String line = combined.line(Sample.of("/", "User-Agent", "\" 200 \\ \u00e4\t\u007f"));
        assertTrue(line.contains(" \"\\\" 200 \\\\ \\xe4\\x09\\x7f\" "), line);
    }

    @Test
    void anOctetIsTheCharacterOfItsNumberInJson() {
        String line = json.line(Sample.of("/", "User-Agent", "\"\\\u00e4\t\u007f"));
        assertTrue(line.contains("\"user_agent\":\"\\\"\\\\\\u00e4\\u0009\\u007f\""), line);
    }

    @Test
    void aTimeIsThatOfItsSecondEvenIfAnotherWasAskedForBefore() {
        Second second = new Second("HH:mm:ss");
        assertEquals("00:00:01", second.of(1_999));
        assertEquals("00:00:00", second.of(999));
        assertEquals("00:00:01", second.of(1_000));
        assertEquals("23:59:59", second.of(-1));
    }
}
