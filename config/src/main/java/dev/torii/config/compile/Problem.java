package dev.torii.config.compile;

import dev.torii.config.Wording;

/**
 * Why something does not hold.
 *
 * @param reason the Gateway API's word for it
 * @param message one line, for people
 */
record Problem(String reason, String message) {

    /** Names in it are a user's, who may have written anything. */
    Problem {
        message = Wording.line(message);
    }
}
