import { allowed, type Canary, refused, type RuleName } from './architecture/canaries';
import { ambientViolations, deadFiles, namingViolations, sizeViolations, unfinishedViolations } from './architecture/house-rules';
import { importViolations, registrationViolations } from './architecture/import-rules';
import { registrationGaps, rejectionCodes, routeViolations } from './architecture/nest-rules';
import { readSourceTree, type SourceTree, treeOf } from './architecture/source-tree';

const rules: Readonly<Record<RuleName, { holds: string; violations: (tree: SourceTree) => readonly string[] }>> = {
  imports: { holds: 'everybody imports only what the table allows', violations: importViolations },
  registrations: { holds: 'registrations load in a worker thread', violations: registrationViolations },
  sizes: { holds: 'functions, files and lines are short', violations: sizeViolations },
  ambient: { holds: 'plain folders know no clock, chance or surroundings', violations: ambientViolations },
  routes: { holds: 'every route says who may come', violations: routeViolations },
  gaps: { holds: 'every handler and controller is in its module', violations: registrationGaps },
  unfinished: { holds: 'nothing is left for later in the code', violations: unfinishedViolations },
  names: { holds: 'names say what a file holds', violations: namingViolations },
  dead: { holds: 'every file is used', violations: deadFiles },
};
const names = Object.keys(rules) as RuleName[];
const cases = (canaries: Partial<Record<RuleName, readonly Canary[]>>) =>
  names.flatMap((name) => (canaries[name] ?? []).map(({ says, files }) => ({ name, says, files })));

const tree = readSourceTree();

describe('the house', () => {
  it.each(names.map((name) => ({ name, holds: rules[name].holds })))('$name: $holds', ({ name }) => {
    expect(rules[name].violations(tree)).toEqual([]);
  });

  it('was looked at', () => {
    const routes = tree.code.filter(({ text }) => /@(Page|Api)?Controller\(/.test(text));
    const domains = tree.code.filter(({ path }) => path.includes('/domain/'));
    expect([tree.code.length > 100, routes.length > 10, domains.length > 5, tree.assets.size > 10]).toEqual([true, true, true, true]);
  });
});

describe('a rule that could not fail would prove nothing', () => {
  it.each(cases(refused))('$name refuses $says', ({ name, files }) => {
    expect(rules[name].violations(treeOf(files))).not.toEqual([]);
  });
  it.each(cases(allowed))('$name lets through $says', ({ name, files }) => {
    expect(rules[name].violations(treeOf(files))).toEqual([]);
  });
  it('has a canary for every rule', () => expect(names.filter((name) => refused[name].length === 0)).toEqual([]));
  it('finds the codes of rejections', () => {
    const { codes, unreadable } = rejectionCodes(
      treeOf({ 'cards/domain/a.ts': `throw new Rejection(blocked ? 'card-blocked' : 'card-voided');\nthrow new Rejection(code);` }),
    );
    expect([[...codes.keys()], unreadable]).toEqual([['card-blocked', 'card-voided'], ['cards/domain/a.ts:2']]);
  });
});
