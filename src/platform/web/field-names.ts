import type { Reader } from './reader';

const line = /<a href="#(f-[\w-]+)" data-field>([^<]*)<\/a>/g;

/**
 * Each line of the box above a form names its field: "Network name: fill this in." A field's name stands once, as its label in the
 * template below, so the finished page is where both are known.
 */
export function nameFields(html: string, reader: Reader): string {
  return html.replace(line, (_, id: string, sentence: string) => {
    const label = labelOf(html, id);
    const text = label === undefined ? sentence : reader.t('web.error-line', { label, sentence: uncapitalised(sentence, reader) });
    return `<a href="#${id}">${text}</a>`;
  });
}

/** The label's own words: of a checkbox beside it, of a group its legend; without "(optional)". */
function labelOf(html: string, id: string): string | undefined {
  const found =
    new RegExp(`<label for="${id}">([^<]+)`).exec(html) ??
    new RegExp(`<input type="checkbox" id="${id}"[^>]*><span>([^<]+)`).exec(html) ??
    new RegExp(`<fieldset[^>]* id="${id}"[^>]*>\\s*<legend>([^<]+)`).exec(html);
  return found?.[1]?.trim();
}

/** A sentence goes on after the colon in small letters. */
const uncapitalised = (sentence: string, { language }: Reader): string =>
  sentence.charAt(0).toLocaleLowerCase(language) + sentence.slice(1);
