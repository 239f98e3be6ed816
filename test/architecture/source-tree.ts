import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';

/** One import, re-export, `import()` or `require()` of a file. */
export interface Dependency {
  readonly specifier: string;
  /** Path under src of the file meant, when it is one of ours. */
  readonly target?: string;
  readonly typeOnly: boolean;
}

/** A TypeScript file under src, parsed. Paths are relative to src, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
  readonly dependencies: readonly Dependency[];
}

/** Everything under src: TypeScript parsed, the rest (templates, styles, browser modules) as text. */
export interface SourceTree {
  readonly code: readonly SourceFile[];
  readonly assets: ReadonlyMap<string, string>;
}

const SRC = join(__dirname, '../../src');

export function readSourceTree(folder = SRC): SourceTree {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return treeOf(Object.fromEntries(paths.map((path) => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')])));
}

/** A tree from texts: how canaries plant what a rule must find. */
export function treeOf(texts: Readonly<Record<string, string>>): SourceTree {
  const known = new Set(Object.keys(texts));
  const entries = Object.entries(texts);
  return {
    code: entries.filter(([path]) => path.endsWith('.ts')).map(([path, text]) => parse(path, text, known)),
    assets: new Map(entries.filter(([path]) => !path.endsWith('.ts'))),
  };
}

function parse(path: string, text: string, known: ReadonlySet<string>): SourceFile {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const dependencies: Dependency[] = [];
  visit(ast, (node) => {
    const found = dependencyOf(node);
    if (found) dependencies.push({ ...found, target: resolve(path, found.specifier, known) });
  });
  return { path, text, ast, dependencies };
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function dependencyOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return specified(node.moduleSpecifier, importsOnlyTypes(node.importClause));
  if (ts.isExportDeclaration(node)) return specified(node.moduleSpecifier, node.isTypeOnly || exportsOnlyTypes(node.exportClause));
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return specified(node.moduleReference.expression, node.isTypeOnly);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return specified(node.argument.literal, true);
  if (!ts.isCallExpression(node)) return undefined;
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  return loads ? specified(node.arguments[0], false) : undefined;
}

const specified = (node: ts.Node | undefined, typeOnly: boolean) =>
  node && ts.isStringLiteral(node) ? { specifier: node.text, typeOnly } : undefined;

function importsOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    !clause.name && !!named && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly)
  );
}

function exportsOnlyTypes(clause: ts.NamedExportBindings | undefined): boolean {
  return !!clause && ts.isNamedExports(clause) && clause.elements.length > 0 && clause.elements.every((each) => each.isTypeOnly);
}

function resolve(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const base = posix.normalize(posix.join(posix.dirname(from), specifier));
  const candidates = [base, `${base}.ts`, `${base}/index.ts`, base.replace(/\.js$/, '.ts')];
  return candidates.find((candidate) => known.has(candidate)) ?? base;
}

/** `path:line` of a node, as editors open it. */
export function where(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.ast.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
