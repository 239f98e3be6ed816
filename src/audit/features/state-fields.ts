import type { Money } from '../../kernel/money';
import type { Reader } from '../../platform/web/reader';

/** One field of a state, as the page shows it: money as money, the rest as text. */
export interface StateField {
  readonly name: string;
  readonly money?: Money;
  readonly text?: string;
  readonly json?: string;
}

/** A state as the page lays it out: the balance large, then what is short, then what is nested. */
export interface StateFields {
  readonly balance?: Money;
  readonly figures: readonly StateField[];
  readonly nested: readonly StateField[];
}

export function stateFields(state: unknown, reader: Reader): StateFields {
  const shown = Object.entries(state as object).filter(([name]) => !secret.test(name));
  const fields = shown.map(([name, value]) => fieldOf(name, value, reader));
  return {
    balance: fields.find(({ name }) => name === 'balance')?.money,
    figures: fields.filter(({ name, json }) => name !== 'balance' && json === undefined),
    nested: fields.filter(({ json }) => json !== undefined),
  };
}

/** Hashes and sealed codes tell an auditor nothing in a state; the events hold them. */
const secret = /hash|sealed|^code$|^link$/i;

function fieldOf(name: string, value: unknown, reader: Reader): StateField {
  if (isMoney(value)) return { name, money: value };
  if (value === undefined || value === null) return { name, text: reader.t('audit.value.none') };
  if (typeof value === 'boolean') return { name, text: reader.t(value ? 'audit.value.yes' : 'audit.value.no') };
  if (typeof value === 'number') return { name, text: reader.number(value) };
  if (typeof value === 'string') return { name, text: /^\d{4}-\d\d-\d\dT/.test(value) ? reader.dateTime(value) : value };
  const empty = Object.keys(value).length === 0;
  return empty ? { name, text: reader.t('audit.value.none') } : { name, json: JSON.stringify(value, null, 2) };
}

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value && typeof value.amount === 'number';
