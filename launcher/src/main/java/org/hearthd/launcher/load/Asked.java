package org.hearthd.launcher.load;

import java.util.Optional;

/**
 * A request in progress.
 *
 * @param url its number in the plan
 * @param planned when it should have left, by System.nanoTime
 * @param floor who had answered that URL before this request left
 */
record Asked(int url, long planned, Optional<Version> floor) {}
