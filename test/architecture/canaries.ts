/** Planted violations: for each rule, trees that it must refuse and trees like them that it must let through. */
export interface Canary {
  readonly says: string;
  readonly files: Readonly<Record<string, string>>;
}

const handler = `@CommandHandler(BlockCard)\nexport class BlockCardHandler {}`;
const controller = (decorators: string) =>
  `@Controller('cards')\nexport class CardsController {\n  @Get()\n  ${decorators}\n  list() {}\n}`;
const lines = (count: number) => Array.from({ length: count }, (_, index) => `  const v${index} = ${index};`).join('\n');

export type RuleName = 'imports' | 'registrations' | 'sizes' | 'ambient' | 'routes' | 'gaps' | 'unfinished' | 'names' | 'dead';

export const refused: Readonly<Record<RuleName, readonly Canary[]>> = {
  imports: [
    { says: 'a kernel that imports the platform', files: { 'kernel/a.ts': `import { b } from '../platform/b';`, 'platform/b.ts': '' } },
    { says: 'a kernel that imports node', files: { 'kernel/a.ts': `import { join } from 'node:path';` } },
    { says: 'a platform that knows a card', files: { 'platform/a.ts': `import type { Card } from '../cards';`, 'cards/index.ts': '' } },
    { says: 'a domain with a package', files: { 'cards/domain/a.ts': `import type { DateTime } from 'luxon';` } },
    { says: 'a domain that requires', files: { 'cards/domain/a.ts': `const crypto = require('node:crypto');` } },
    {
      says: 'a domain that imports lazily',
      files: { 'cards/domain/a.ts': `const b = () => import('../features/b');`, 'cards/features/b.ts': '' },
    },
    {
      says: 'a domain that imports the platform',
      files: { 'cards/domain/a.ts': `import type { Ids } from '../../platform/ids';`, 'platform/ids.ts': '' },
    },
    {
      says: 'a domain that looks at a read model',
      files: { 'cards/domain/a.ts': `import { b } from '../read-models/b';`, 'cards/read-models/b.ts': '' },
    },
    {
      says: 'a policy that looks at a read model',
      files: { 'cards/policies/a.ts': `import { b } from '../read-models/b';`, 'cards/read-models/b.ts': '' },
    },
    {
      says: 'a read model that takes a value from a neighbour',
      files: { 'cards/read-models/a.ts': `import { b } from '../../network';`, 'network/index.ts': '' },
    },
    { says: 'a deep import', files: { 'cards/features/a.ts': `import { b } from '../../network/domain/b';`, 'network/domain/b.ts': '' } },
    { says: 'a deep re-export', files: { 'cards/features/a.ts': `export * from '../../network/domain/b';`, 'network/domain/b.ts': '' } },
    {
      says: 'a neighbour that the table does not allow',
      files: { 'network/features/a.ts': `import { b } from '../../cards';`, 'cards/index.ts': '' },
    },
    {
      says: 'an audit that imports a module',
      files: { 'audit/features/a.ts': `import type { b } from '../../cards';`, 'cards/index.ts': '' },
    },
    { says: 'a module outside the table', files: { 'loyalty/features/a.ts': `import { b } from '../../cards';`, 'cards/index.ts': '' } },
    { says: 'Nest outside its rooms', files: { 'cards/code-search.ts': `import { Injectable } from '@nestjs/common';` } },
    {
      says: 'a feature that imports the roof',
      files: { 'cards/features/a.ts': `import { registry } from '../../registry';`, 'registry.ts': '' },
    },
  ],
  registrations: [
    {
      says: 'a registration that reaches Nest through a feature',
      files: {
        'cards/cards.registration.ts': `import { a } from './features/a';`,
        'cards/features/a.ts': `import { Get } from '@nestjs/common';`,
      },
    },
  ],
  sizes: [
    { says: 'a function of 41 lines', files: { 'cards/domain/a.ts': `export function a() {\n${lines(39)}\n}\n` } },
    { says: 'an arrow of 41 lines', files: { 'cards/domain/a.ts': `export const a = () => {\n${lines(39)}\n};\n` } },
    { says: 'a file of 401 lines', files: { 'cards/domain/a.ts': `${lines(401)}\n` } },
    { says: 'a line of 141 characters', files: { 'cards/domain/a.ts': `// ${'x'.repeat(138)}\n` } },
    { says: 'a browser module of 401 lines', files: { 'platform/web/a.js': `${lines(401)}\n` } },
  ],
  ambient: [
    { says: 'the clock', files: { 'cards/domain/a.ts': 'const a = Date.now();' } },
    { says: 'the clock as a date', files: { 'cards/read-models/a.ts': 'const a = new Date();' } },
    { says: 'chance', files: { 'cards/policies/a.ts': 'const a = Math.random();' } },
    { says: 'the surroundings', files: { 'kernel/a.ts': 'const a = process.env.A;' } },
    { says: 'a timer', files: { 'cards/domain/a.ts': 'setTimeout(() => {}, 5);' } },
  ],
  routes: [
    { says: 'a route without a rule', files: { 'cards/features/a.ts': controller('') } },
    {
      says: 'a page without a rule',
      files: { 'cards/features/a.ts': `@PageController('n/:slug/a')\nexport class A {\n  @Get()\n  show() {}\n}` },
    },
    { says: 'a route whose rule is a comment', files: { 'cards/features/a.ts': controller('// @Public()') } },
  ],
  gaps: [
    {
      says: 'a handler in no module',
      files: { 'cards/features/a.ts': handler, 'cards/cards.module.ts': `import { BlockCardHandler } from './features/a';` },
    },
    {
      says: 'a controller of another module',
      files: { 'cards/features/a.ts': controller(''), 'network/network.module.ts': 'const a = [CardsController];' },
    },
  ],
  unfinished: [{ says: 'a reminder', files: { 'cards/domain/a.ts': `// ${'TO' + 'DO'} later` } }],
  names: [
    { says: 'a pile of utilities', files: { 'cards/utils.ts': '' } },
    { says: 'a folder of helpers', files: { 'cards/helpers/a.ts': '' } },
    { says: 'a service', files: { 'cards/features/cards.service.ts': '' } },
    { says: 'camel case', files: { 'cards/domain/giftCard.ts': '' } },
  ],
  dead: [
    { says: 'a file that nobody imports', files: { 'main.ts': '', 'cards/domain/a.ts': '' } },
    {
      says: 'two files that only import each other',
      files: { 'main.ts': '', 'cards/a.ts': `import './b';`, 'cards/b.ts': `import './a';` },
    },
    { says: 'a template that nobody renders', files: { 'main.ts': '', 'cards/features/a.hbs': '<p></p>' } },
  ],
};

export const allowed: Readonly<Partial<Record<RuleName, readonly Canary[]>>> = {
  imports: [
    { says: 'a domain on the kernel', files: { 'cards/domain/a.ts': `import { Rejection } from '../../kernel/b';`, 'kernel/b.ts': '' } },
    {
      says: 'a read model with a neighbour’s type',
      files: { 'cards/read-models/a.ts': `import type { b } from '../../network';`, 'network/index.ts': '' },
    },
    {
      says: 'a feature with a neighbour’s facade',
      files: { 'cards/features/a.ts': `import { b } from '../../network';`, 'network/index.ts': '' },
    },
    {
      says: 'a dashboard that asks everybody',
      files: { 'dashboard/features/a.ts': `import { b } from '../../cards';`, 'cards/index.ts': '' },
    },
  ],
  sizes: [{ says: 'a function of 40 lines', files: { 'cards/domain/a.ts': `export function a() {\n${lines(38)}\n}\n` } }],
  ambient: [
    { says: 'a date from the command', files: { 'cards/domain/a.ts': 'const a = new Date(at);' } },
    { says: 'a field called process', files: { 'cards/domain/a.ts': 'const a = card.process;' } },
    { says: 'the clock at the edge', files: { 'platform/clock.ts': 'const a = Date.now();' } },
  ],
  routes: [
    { says: 'a permitted route', files: { 'cards/features/a.ts': controller(`@Permit('cards.view')`) } },
    { says: 'a public controller', files: { 'cards/features/a.ts': `@Public()\n${controller('')}` } },
  ],
  gaps: [
    {
      says: 'a handler in its module',
      files: { 'cards/features/a.ts': handler, 'cards/cards.module.ts': 'const providers = [BlockCardHandler];' },
    },
  ],
  dead: [
    { says: 'a worker that is loaded by name', files: { 'main.ts': `new Worker(compiled(__dirname, 'a.js'));`, 'platform/a.ts': '' } },
    { says: 'a template that is rendered', files: { 'main.ts': `view('cards/features/a')`, 'cards/features/a.hbs': '' } },
    {
      says: 'a partial',
      files: { 'main.ts': `view('cards/features/a')`, 'cards/features/a.hbs': '{{> money}}', 'platform/web/money.hbs': '' },
    },
  ],
};
