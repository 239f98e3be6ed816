import ts from 'typescript';
import type { Messages } from '../../src/kernel/registration';
import { type SourceTree, visit } from './source-tree';

/** Keys in one language only, and texts whose placeholders differ: a sentence would show `{amount}` to somebody. */
export function catalogueGaps({ en, fr }: Messages): readonly string[] {
  const missing = [
    ...Object.keys(en)
      .filter((key) => !(key in fr))
      .map((key) => `${key} is missing in French`),
    ...Object.keys(fr)
      .filter((key) => !(key in en))
      .map((key) => `${key} is missing in English`),
  ];
  const uneven = Object.keys(en).filter((key) => key in fr && placeholders(en[key]!) !== placeholders(fr[key]!));
  return [...missing, ...uneven.map((key) => `${key} has other placeholders in French`)];
}

const placeholders = (text: string): string => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ');

/**
 * Keys that templates and code ask for and no catalogue has. A literal key must be there; a key put together (`join 'a.' x`,
 * `a.${x}`) must begin like some key of the catalogue. With `count` the catalogue holds `.one` and `.other`.
 */
export function unknownKeys(tree: SourceTree, messages: Messages): readonly string[] {
  const known = Object.keys(messages.en);
  const has = (key: string) => key in messages.en || `${key}.other` in messages.en;
  const begins = (start: string) => known.some((key) => key.startsWith(start));
  return uses(tree).flatMap(({ where, key, start }) => {
    if (key !== undefined) return has(key) ? [] : [`${where} asks for ${key}`];
    return begins(start!) ? [] : [`${where} asks for something that begins with ${start}`];
  });
}

interface Use {
  readonly where: string;
  readonly key?: string;
  readonly start?: string;
}

const inTemplate = /[{(]\s*t '([^']+)'/g;
const joined = /[{(]\s*t \(join '([^']+)'/g;

function uses({ code, assets }: SourceTree): readonly Use[] {
  const found: Use[] = [];
  for (const [path, text] of assets) {
    if (!path.endsWith('.hbs')) continue;
    for (const [, key] of text.matchAll(inTemplate)) found.push({ where: path, key });
    for (const [, start] of text.matchAll(joined)) found.push({ where: path, start });
  }
  for (const file of code) {
    visit(file.ast, (node) => {
      if (ts.isCallExpression(node) && calls(node.expression) === 't')
        found.push(...keysOf(node.arguments[0]).map((use) => ({ where: file.path, ...use })));
      if (ts.isPropertyAssignment(node) && node.name.getText() === 'flash')
        found.push(...keysOf(node.initializer).map((use) => ({ where: file.path, ...use })));
    });
  }
  return found;
}

const calls = (node: ts.Expression): string => (ts.isPropertyAccessExpression(node) ? node.name.text : node.getText());

function keysOf(node: ts.Expression | undefined): readonly { key?: string; start?: string }[] {
  if (!node) return [];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [{ key: node.text }];
  if (ts.isTemplateExpression(node)) return [{ start: node.head.text }];
  return ts.isConditionalExpression(node) ? [...keysOf(node.whenTrue), ...keysOf(node.whenFalse)] : [];
}
