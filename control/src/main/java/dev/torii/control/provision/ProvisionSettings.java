package dev.torii.control.provision;

/**
 * What holds for all Gateways' proxies.
 *
 * @param namespace control's own, where proxies shared by many Gateways live
 * @param image of Torii
 * @param control the URL at which proxies reach control
 */
public record ProvisionSettings(String namespace, String image, String control) {}
