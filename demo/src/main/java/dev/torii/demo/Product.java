package dev.torii.demo;

import java.util.List;

/**
 * Something the shop sells.
 *
 * @param cents its price
 */
record Product(String id, String name, int cents) {

    static final List<Product> ALL = List.of(
            new Product("lantern", "Paper lantern", 1900),
            new Product("teapot", "Iron teapot", 4950),
            new Product("umbrella", "Oiled-paper umbrella", 7200));
}
