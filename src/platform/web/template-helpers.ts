import Handlebars, { type HelperOptions } from 'handlebars';
import type { Money } from '../../kernel/money';
import { Form } from './form';
import { icons } from './icons';
import type { Reader } from './reader';

interface Root {
  readonly reader: Reader;
  readonly icons: Set<string>;
  readonly chrome?: { readonly base: string };
}

const rootOf = (options: HelperOptions): Root => (options.data as { root: Root }).root;
const readerOf = (options: HelperOptions): Reader => rootOf(options).reader;
const escape = Handlebars.escapeExpression;
const safe = (html: string): Handlebars.SafeString => new Handlebars.SafeString(html);

/** Every helper that templates have, for pages and mails alike; README.md lists them with examples. */
export function registerHelpers(engine: typeof Handlebars): void {
  text(engine);
  figures(engine);
  logic(engine);
  fields(engine);
}

/**
 * A helper that is only named, without arguments, gives way to a field of that name: `{{code}}` in a list of codes is the code. So no
 * model must avoid the helpers' names.
 */
function helper(engine: typeof Handlebars, name: string, compute: (...values: never[]) => unknown): void {
  engine.registerHelper(name, function (this: Record<string, unknown> | undefined, ...values: unknown[]): unknown {
    return values.length === 1 ? this?.[name] : compute(...(values as never[]));
  });
}

function text(engine: typeof Handlebars): void {
  helper(engine, 't', (key: string, options: HelperOptions) => readerOf(options).t(key, options.hash as Record<string, unknown>));
  helper(engine, 'url', (...parts: unknown[]) => {
    const options = parts.pop() as HelperOptions;
    return `${rootOf(options).chrome?.base ?? ''}/${parts.join('').replace(/^\//, '')}`;
  });
  helper(engine, 'icon', (name: string, options: HelperOptions) => {
    if (!(name in icons)) throw new Error(`There is no icon ${name}`);
    rootOf(options).icons.add(name);
    return safe(`<svg class="icon" aria-hidden="true"><use href="#i-${escape(name)}"/></svg>`);
  });
  engine.registerHelper('sprite', (options: HelperOptions) => {
    const used = [...rootOf(options).icons].sort();
    const symbols = used.map((name) => `<symbol id="i-${name}" viewBox="0 0 24 24">${icons[name]}</symbol>`);
    return used.length > 0 ? safe(`<svg class="sr" aria-hidden="true">${symbols.join('')}</svg>`) : '';
  });
  helper(engine, 'code', (code: string) => safe(`<span class="mono nowrap">${escape(inGroups(code))}</span>`));
  helper(engine, 'lastFour', (last: string) => safe(`<span class="mono nowrap">•••• ${escape(last)}</span>`));
}

function figures(engine: typeof Handlebars): void {
  helper(engine, 'money', (amount: Money | undefined, options: HelperOptions) => (amount ? readerOf(options).money(amount) : ''));
  helper(engine, 'change', (amount: Money | undefined, options: HelperOptions) => (amount ? readerOf(options).change(amount) : ''));
  helper(engine, 'hero', (amount: Money, options: HelperOptions) => {
    const { before, figure, after } = readerOf(options).moneyParts(amount);
    const sign = (text: string) => (text ? `<small>${escape(text)}</small>` : '');
    return safe(`<span class="money hero">${sign(before)}${escape(figure)}${sign(after)}</span>`);
  });
  for (const name of ['dateTime', 'shortDateTime', 'day', 'time', 'zone'] as const) {
    helper(engine, name, (at: string | undefined, options: HelperOptions) => {
      if (!at) return '';
      const shown = escape(readerOf(options)[name](at));
      return name === 'zone' ? shown : safe(`<time datetime="${escape(at)}">${shown}</time>`);
    });
  }
  helper(engine, 'number', (value: number, options: HelperOptions) => readerOf(options).number(value));
}

function logic(engine: typeof Handlebars): void {
  helper(engine, 'eq', (a: unknown, b: unknown) => a === b);
  helper(engine, 'not', (a: unknown) => !a);
  helper(engine, 'or', (...values: unknown[]) => values.slice(0, -1).find(Boolean));
  helper(engine, 'and', (...values: unknown[]) => values.slice(0, -1).every(Boolean));
  helper(engine, 'join', (...values: unknown[]) => values.slice(0, -1).join(''));
  helper(engine, 'has', (permission: string, options: HelperOptions) => {
    const { caller } = (options.data as { root: { chrome?: { caller?: { permissions: ReadonlySet<string> } } } }).root.chrome ?? {};
    return caller?.permissions.has(permission) ?? false;
  });
}

const INPUT_TYPES: Readonly<Record<string, string>> = { money: 'text', otp: 'text', pin: 'password' };

function fields(engine: typeof Handlebars): void {
  helper(engine, 'field', (form: Form | undefined, name: string) => (form ?? new Form()).field(name));
  helper(engine, 'inputType', (type: string | undefined) => INPUT_TYPES[type ?? 'text'] ?? type ?? 'text');
  helper(engine, 'chosen', (option: unknown, typed: unknown, standard: unknown) => option === (typed ?? standard));
}

/** `9TQ4M7XC2KD8W3HB` as `9TQ4 M7XC 2KD8 W3HB`. */
export const inGroups = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1 ');
