// `<i ${vars({'--x': 0.25})}>`: style properties that are computed. A style attribute would be refused by the page's
// content security policy, properties set by script are not.

import { directive, Directive, PartType, nothing } from '../parts.js';

class Vars extends Directive {
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('vars belongs into a tag, not into an attribute');
    this.last = {};
  }

  render() {
    return nothing;
  }

  update({ element }, [properties]) {
    for (const [name, value] of Object.entries(properties)) {
      if (this.last[name] !== value) element.style.setProperty(name, value);
    }
    this.last = properties;
    return nothing;
  }
}

export const vars = directive(Vars);
