/**
 * Torii beside nginx, HAProxy and Spring Cloud Gateway on one machine, behind the same load, with the same duties.
 *
 * <p>Start at {@link dev.torii.bench.Bench}; what each product is told to do stands in the resource folder
 * {@code peers/}, one file for each product and scenario. A figure that was not measured in this run must not appear in
 * its result, and nothing is measured before {@link dev.torii.bench.DutyCheck} saw it work. Nothing here ships.
 */
@NullMarked
package dev.torii.bench;

import org.jspecify.annotations.NullMarked;
