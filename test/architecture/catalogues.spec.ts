import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../src/registry';
import { catalogueGaps, unknownKeys } from './catalogues';
import { eventCatalogue, factShapes } from './event-catalogue';
import { rejectionCodes } from './nest-rules';
import { readSourceTree, treeOf } from './source-tree';

const tree = readSourceTree();

describe('what is written down matches the code', () => {
  it('docs/events.md holds every fact as it is (npm run docs:events writes it)', () => {
    expect(readFileSync(join(__dirname, '../../docs/events.md'), 'utf8')).toBe(eventCatalogue(registry));
  });

  it('every registered fact has a type in a domain, and every type is registered', () => {
    expect([...factShapes().keys()].sort()).toEqual([...registry.factOwner.keys()].sort());
  });

  it('every refusal has its status and its sentences', () => {
    const { codes, unreadable } = rejectionCodes(tree);
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter(([code]) => !(code in registry.rejections)).map(([code, where]) => `${where} ${code}`)).toEqual([]);
    expect(unreadable).toEqual([]);
    expect(Object.entries(registry.rejections).filter(([, { en, fr }]) => en === '' || fr === '' || en === fr)).toEqual([]);
  });

  it('both languages say the same things', () => expect(catalogueGaps(registry.messages)).toEqual([]));
  it('every text that is asked for is there', () => expect(unknownKeys(tree, registry.messages)).toEqual([]));
  it('every permission of a page is one that is registered', () => {
    expect(registry.pages.filter(({ permission }) => !registry.permissions.includes(permission))).toEqual([]);
  });
});

describe('these rules can fail', () => {
  it('a key in one language', () => expect(catalogueGaps({ en: { a: 'A', b: 'B' }, fr: { a: 'A' } })).toEqual(['b is missing in French']));
  it('a placeholder in one language', () => expect(catalogueGaps({ en: { a: '{n} cards' }, fr: { a: 'cartes' } })).toHaveLength(1));
  it.each([
    ['a template', { 'a.hbs': `{{t 'cards.none'}}` }],
    ['a partial’s parameter', { 'a.hbs': `{{> field label=(t 'cards.none' n=1)}}` }],
    ['a joined key', { 'a.hbs': `{{t (join 'cards.none.' kind)}}` }],
    ['code', { 'a.ts': `reader.t('cards.none')` }],
    ['a template literal', { 'a.ts': 'reader.t(`cards.none.${kind}`)' }],
    ['a flash', { 'a.ts': `new SeeOther('/', { flash: 'cards.none' })` }],
  ])('a key that nobody wrote, in %s', (_, files) => {
    const texts = { 'cards.title': 'Cards' };
    expect(unknownKeys(treeOf(files as Record<string, string>), { en: texts, fr: texts })).toHaveLength(1);
  });
  it('a plural is found by its stem', () => {
    const texts = { 'cards.count.one': 'a card', 'cards.count.other': '{count} cards' };
    expect(unknownKeys(treeOf({ 'a.hbs': `{{t 'cards.count' count=n}}` }), { en: texts, fr: texts })).toEqual([]);
  });
});
