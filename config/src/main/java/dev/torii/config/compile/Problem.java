package dev.torii.config.compile;

/**
 * Why something does not hold.
 *
 * @param reason the Gateway API's word for it
 * @param message one line, for people
 */
record Problem(String reason, String message) {}
