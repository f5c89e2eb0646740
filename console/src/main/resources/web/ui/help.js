// The dialog behind `?`: keys, and the letters of failed requests in words.

import { html } from '../parts.js';
import { HELP } from '../keys.js';
import { knownFlags, meaning } from '../flags.js';
import { icon } from './icons.js';

export const helpDialog = () => html`<dialog
  class="help"
  aria-label="Help"
  @click=${(event) => event.target === event.currentTarget && event.currentTarget.close()}
>
  <header>
    <h2>Help</h2>
    <button class="quiet" aria-label="close" @click=${(event) => event.currentTarget.closest('dialog').close()}>${icon('close')}</button>
  </header>
  <h3>Keys</h3>
  <dl class="keys">${HELP.map(([keys, what]) => html`<div><dt>${keys.split(' ').map(key)}</dt><dd>${what}</dd></div>`)}</dl>
  <h3>Letters of a failed request</h3>
  <dl class="letters">${knownFlags.map((flag) => html`<div><dt><span class="flag">${flag}</span></dt><dd>${meaning(flag)}</dd></div>`)}</dl>
</dialog>`;

const key = (word) => (['then', 'or'].includes(word) ? html` ${word} ` : html`<kbd>${word.replace(',', '')}</kbd>`);
