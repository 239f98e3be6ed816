import type { Reader } from '../../../src/platform/web/reader';
import { nameFields } from '../../../src/platform/web/field-names';
import { messages } from '../../../src/platform/web/messages';

const reader = (language: 'en' | 'fr'): Reader => {
  const t = (key: string, values: Record<string, string>): string =>
    messages[language][key]!.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  return { language, t } as unknown as Reader;
};

const page = (field: string): string => `<li><a href="#f-thing" data-field>Fill this in.</a></li>${field}`;

describe('A line above a form', () => {
  it.each([
    ['a field', '<label for="f-thing">Network name</label>'],
    ['an optional field', '<label for="f-thing">Network name <span class="muted">(optional)</span></label>'],
    ['a checkbox', '<label class="choice"><input type="checkbox" id="f-thing" name="thing" value="on"><span>Network name</span></label>'],
    ['a group', '<fieldset class="stack" id="f-thing" tabindex="-1">\n  <legend>Network name</legend>'],
  ])('names %s and leads to it', (_, field) => {
    expect(nameFields(page(field), reader('en'))).toContain('<li><a href="#f-thing">Network name: fill this in.</a></li>');
  });

  it('is spaced as French is', () => {
    const html = page('<label for="f-thing">Nom</label>').replace('Fill this in.', 'Écrivez une ligne.');
    expect(nameFields(html, reader('fr'))).toContain('>Nom : écrivez une ligne.</a>');
  });

  it('stands alone where the field has no label, and keeps markup escaped', () => {
    expect(nameFields(page(''), reader('en'))).toContain('<a href="#f-thing">Fill this in.</a>');
    expect(nameFields(page('<label for="f-thing">A &amp; B</label>'), reader('en'))).toContain('>A &amp; B: fill this in.</a>');
  });
});
