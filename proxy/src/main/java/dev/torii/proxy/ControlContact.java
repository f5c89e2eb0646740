package dev.torii.proxy;

/**
 * How well a proxy hears the control that it takes its configuration from. While it hears nothing it serves what it has.
 *
 * @param heardSeconds since the last word or sign of life; NaN when there was none
 */
public record ControlContact(boolean connected, double heardSeconds) {}
