import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { currentSchema } from '../../src/kernel/upcasting';
import type { Registry } from '../../src/platform/registry';

interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly meaning: string;
}
export interface FactShape {
  readonly name: string;
  readonly meaning: string;
  readonly fields: readonly Field[];
}

const SRC = join(__dirname, '../../src');

/** Every `export type X = Fact<'X', …>` of the domains (and the platform's own persons), with its fields as they are declared. */
export function factShapes(): ReadonlyMap<string, FactShape> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|\/)domain\/[^/]+\.ts$|platform\/(security\/person|event-store\/claims)\.ts$/.test(path),
  );
  const program = ts.createProgram(
    files.map((path) => join(SRC, path)),
    {
      strict: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  const shapes = new Map<string, FactShape>();
  for (const file of program
    .getSourceFiles()
    .filter(({ fileName }) => /\/domain\/|\/security\/person\.ts$|\/event-store\/claims\.ts$/.test(fileName))) {
    for (const statement of file.statements) {
      if (ts.isTypeAliasDeclaration(statement) && isFact(statement)) shapes.set(statement.name.text, shapeOf(statement, checker));
    }
  }
  return shapes;
}

const isFact = ({ type }: ts.TypeAliasDeclaration): boolean => ts.isTypeReferenceNode(type) && type.typeName.getText() === 'Fact';

function shapeOf(statement: ts.TypeAliasDeclaration, checker: ts.TypeChecker): FactShape {
  const symbol = checker.getSymbolAtLocation(statement.name)!;
  const data = checker.getTypeAtLocation(statement).getProperty('data')!;
  const properties = checker.getPropertiesOfType(checker.getTypeOfSymbolAtLocation(data, statement));
  return {
    name: statement.name.text,
    meaning: meaningOf(symbol, checker),
    fields: properties.map((property) => fieldOf(property, checker)),
  };
}

function fieldOf(symbol: ts.Symbol, checker: ts.TypeChecker): Field {
  const declaration = symbol.valueDeclaration as ts.PropertySignature;
  return {
    name: symbol.name,
    optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
    type: declaration
      .type!.getText()
      .replace(/\/\*\*[^]*?\*\//g, ' ')
      .replace(/\breadonly /g, '')
      .replace(/\s+/g, ' '),
    meaning: meaningOf(symbol, checker),
  };
}

const meaningOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();

const introduction = `# Events

Every fact that the log can hold, by stream. This file is made from the types and the registry (\`npm run docs:events\`), and a test holds them
together. A fact that was written once stays readable for ever: its shape changes only by a new schema with an upcast, and each shape
ever written has a golden file in \`test/contracts/events\`.

Beside its data every event carries metadata: \`schema\`, \`network\`, \`actor\` (kind and id), \`correlation\`, \`causation\` (the event that caused it),
\`requestId\`, \`commandId\`, \`requestHash\`, \`subjects\` (the people it speaks of), \`recordedAt\` and \`hash\` (chained over the stream).
\`at\` in the data is the time of the command; \`recordedAt\` is the engine's own, never goes back within a stream, and drives "as of".
Amounts are whole minor units with a currency. \`Personal<…>\` values are stored encrypted under the key of their person.`;

/** docs/events.md, as it must be. */
export function eventCatalogue(registry: Registry, shapes = factShapes()): string {
  const sections = registry.registrations.flatMap(({ module, aggregates }) =>
    aggregates.map(({ category, facts }) => {
      const entries = facts.map((name) => entryOf(name, currentSchema(registry.upcasts, name), shapes.get(name)));
      return [`## ${category}`, `Streams \`${category}-{id}\`, owned by ${module}.`, ...entries].join('\n\n');
    }),
  );
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function entryOf(name: string, schema: number, shape: FactShape | undefined): string {
  if (!shape) return `### ${name}\n\nSchema ${schema}. No type of this name was found in a domain.`;
  const rows = shape.fields.map(
    ({ name: field, optional, type, meaning }) =>
      `| \`${field}\`${optional ? ' (optional)' : ''} | \`${type.replaceAll('|', '\\|')}\` | ${meaning} |`,
  );
  const table = ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
  return [`### ${name}`, [shape.meaning, `Schema ${schema}.`].filter(Boolean).join(' '), table].join('\n\n');
}
