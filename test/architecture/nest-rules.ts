import ts from 'typescript';
import { type SourceFile, type SourceTree, visit, where } from './source-tree';

const routeDecorators = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete', 'Head', 'Options', 'All', 'Sse']);
const ruleDecorators = new Set(['Permit', 'SignedIn', 'Public']);
const controllers = new Set(['Controller', 'PageController', 'ApiController']);
const registered = new Set([...controllers, 'CommandHandler', 'QueryHandler', 'Catch']);

/** Every route says who may come: denied by default, so one without a rule is a mistake. */
export function routeViolations({ code }: SourceTree): readonly string[] {
  return code.flatMap((file) =>
    classesOf(file).flatMap((each) => {
      if (!has(each, controllers) || has(each, ruleDecorators)) return [];
      const routes = each.members.filter((member) => ts.isMethodDeclaration(member) && has(member, routeDecorators));
      return routes.filter((route) => !has(route, ruleDecorators)).map((route) => `${where(file, route)} has no rule`);
    }),
  );
}

/** Nest finds only what a module names: a forgotten handler would be found by nobody. */
export function registrationGaps({ code }: SourceTree): readonly string[] {
  const lists = code.filter(({ path }) => /\.module\.ts$|\/features\/index\.ts$/.test(path));
  return code.flatMap((file) =>
    classesOf(file).flatMap((each) => {
      const name = each.name?.text;
      if (!name || !has(each, registered)) return [];
      const named = lists.some((list) => sameRoof(list.path, file.path) && names(list, name));
      return named ? [] : [`${where(file, each)} ${name} is in no module`];
    }),
  );
}

const sameRoof = (list: string, path: string) => !list.includes('/') || list.split('/')[0] === path.split('/')[0];

function names(file: SourceFile, name: string): boolean {
  let found = file.ast.statements.some((statement) => ts.isExportDeclaration(statement) && !statement.exportClause);
  visit(file.ast, (node) => {
    if (ts.isIdentifier(node) && node.text === name && !ts.isImportSpecifier(node.parent)) found = true;
  });
  return found;
}

function classesOf(file: SourceFile): readonly ts.ClassDeclaration[] {
  const classes: ts.ClassDeclaration[] = [];
  visit(file.ast, (node) => {
    if (ts.isClassDeclaration(node)) classes.push(node);
  });
  return classes;
}

function has(node: ts.Node, wanted: ReadonlySet<string>): boolean {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.some(({ expression }) => wanted.has((ts.isCallExpression(expression) ? expression.expression : expression).getText()));
}

/** `new Rejection('…')` codes by where they are thrown; a code that is not written out can't be checked and counts as a gap. */
export function rejectionCodes({ code }: SourceTree): {
  readonly codes: ReadonlyMap<string, string>;
  readonly unreadable: readonly string[];
} {
  const codes = new Map<string, string>();
  const unreadable: string[] = [];
  for (const file of code) {
    visit(file.ast, (node) => {
      if (!ts.isNewExpression(node) || node.expression.getText() !== 'Rejection') return;
      const literals = literalsOf(node.arguments?.[0]);
      if (literals.length === 0) unreadable.push(where(file, node));
      for (const literal of literals) codes.set(literal, where(file, node));
    });
  }
  return { codes, unreadable };
}

function literalsOf(node: ts.Expression | undefined): readonly string[] {
  if (!node) return [];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  return ts.isConditionalExpression(node) ? [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)] : [];
}
