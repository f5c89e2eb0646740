// Everything that is not ours, by its WebJar: the only file that knows their versions (those of console/pom.xml).
export { html, svg, nothing, render } from '/webjars/lit-html/3.3.2/lit-html.js';
export { directive, Directive, PartType } from '/webjars/lit-html/3.3.2/directive.js';
export { repeat } from '/webjars/lit-html/3.3.2/directives/repeat.js';
export { guard } from '/webjars/lit-html/3.3.2/directives/guard.js';
export { ref } from '/webjars/lit-html/3.3.2/directives/ref.js';

let dagre;

/** The layout library, loaded when the first graph is drawn: it is most of the page's weight. */
export async function layouter() {
  dagre ??= import('/webjars/dagre/0.8.4/dist/dagre.min.js').then(() => window.dagre);
  return dagre;
}
