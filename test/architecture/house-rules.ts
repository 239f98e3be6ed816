import ts from 'typescript';
import { placeOf, reached } from './import-rules';
import { type SourceFile, type SourceTree, visit, where } from './source-tree';

export const limits = { functionLines: 40, fileLines: 400, lineLength: 140 } as const;

/** Functions, files and lines stay small enough to be read. */
export function sizeViolations({ code, assets }: SourceTree): readonly string[] {
  const browser = [...assets].filter(([path]) => /\.m?js$/.test(path)).map(([path, text]) => ({ path, text }));
  return [...[...code, ...browser].flatMap(longText), ...code.flatMap(longFunctions)];
}

function longText({ path, text }: { path: string; text: string }): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const long = lines.flatMap((line, index) =>
    line.length > limits.lineLength ? [`${path}:${index + 1} has ${line.length} characters`] : [],
  );
  return lines.length > limits.fileLines ? [`${path} has ${lines.length} lines`, ...long] : long;
}

/** A function begins behind its decorators: what they say of a route is its documentation. */
function ownStart(node: ts.SignatureDeclaration, ast: ts.SourceFile): number {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  const name = node.name ?? node;
  return decorators.length > 0 ? name.getStart(ast) : node.getStart(ast);
}

function longFunctions(file: SourceFile): readonly string[] {
  const violations: string[] = [];
  const line = (position: number) => file.ast.getLineAndCharacterOfPosition(position).line;
  visit(file.ast, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const lines = line(node.getEnd()) - line(ownStart(node, file.ast)) + 1;
    if (lines > limits.functionLines) violations.push(`${where(file, node)} is a function of ${lines} lines`);
  });
  return violations;
}

/** Decisions and folds must come out the same whenever and wherever they run: no clock, no chance, no surroundings. */
export function ambientViolations({ code }: SourceTree): readonly string[] {
  const plain = code.filter(({ path }) => ['kernel', 'domain', 'read-models', 'policies'].includes(placeOf(path).floor));
  return plain.flatMap((file) => {
    const violations: string[] = [];
    visit(file.ast, (node) => {
      const name = ambientName(node);
      if (name) violations.push(`${where(file, node)} uses ${name}`);
    });
    return violations;
  });
}

const ambient = new Set([
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'crypto',
  'globalThis',
  '__dirname',
  '__filename',
]);

function ambientName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ['Date.now', 'Math.random'].includes(node.getText())) return node.getText();
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (!ts.isIdentifier(node) || !ambient.has(node.text)) return undefined;
  const { parent } = node;
  const isName =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isTypeReferenceNode(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent);
  return isName ? undefined : node.text;
}

const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);

/** What is unfinished is said in docs or done, not left as a word in the code. */
export function unfinishedViolations({ code, assets }: SourceTree): readonly string[] {
  const texts = [...code.map(({ path, text }) => [path, text] as const), ...assets];
  return texts.flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => (unfinished.test(line) ? [`${path}:${index + 1} leaves something unfinished`] : [])),
  );
}

/** Names that say nothing, and layers that only copy. */
export function namingViolations({ code }: SourceTree): readonly string[] {
  const empty = /(^|\/)(utils?|common|helpers?|misc|shared)(\/|\.ts$)|\.(service|dto|entity|mapper|repository)\.ts$/;
  const odd = /[A-Z_]/;
  return code.flatMap(({ path }) => {
    if (empty.test(path)) return [`${path} has a name that says nothing`];
    return odd.test(path) ? [`${path} is not in kebab-case`] : [];
  });
}

const entries = ['main.ts', 'cli/main.ts'];

/** Every file is reached from an entry: imported, or loaded as a worker's or a view's name. */
export function deadFiles(tree: SourceTree): readonly string[] {
  const files = new Map(tree.code.map((file) => [file.path, file]));
  const workers = tree.code.filter(({ path }) => mentions(tree, `'${baseName(path, '.ts')}.js'`, path)).map(({ path }) => path);
  const alive = reached(files, [...entries, ...workers], true);
  const assets = [...tree.assets.keys()].filter((path) => !path.endsWith('.md') && !mentioned(tree, path));
  return [...[...files.keys()].filter((path) => !alive.has(path)), ...assets];
}

const baseName = (path: string, extension: string) => path.slice(path.lastIndexOf('/') + 1, -extension.length || undefined);

/** By its name, or by the name that its mail has: `gift.mail.hbs` and `gift.text.hbs` are rendered as `gift`. */
function mentioned(tree: SourceTree, path: string): boolean {
  const plain = path.replace(/(\.mail|\.text)?\.[^.]+$/, '');
  return [plain, plain.slice(plain.lastIndexOf('/') + 1), path.slice(path.lastIndexOf('/') + 1)].some((name) => mentions(tree, name, path));
}

function mentions({ code, assets }: SourceTree, text: string, except: string): boolean {
  return (
    code.some((file) => file.path !== except && file.text.includes(text)) ||
    [...assets].some(([path, each]) => path !== except && each.includes(text))
  );
}
