import type { Money } from '../../kernel/money';
import type { Reader } from '../../platform/web/reader';

/** One field of a state, as the page shows it: money as money, the rest as text. */
export interface StateField {
  readonly name: string;
  readonly money?: Money;
  readonly hero?: boolean;
  readonly text?: string;
  readonly json?: string;
}

/** Any module's state, field by field: the balance first and large, what is nested as JSON. */
export function stateFields(state: unknown, reader: Reader): readonly StateField[] {
  const fields = Object.entries(state as object).map(([name, value]) => fieldOf(name, value, reader));
  const rank = ({ name }: StateField) => (name === 'balance' ? 0 : name === 'status' ? 1 : 2);
  return fields.filter(({ name }) => !secret.test(name)).sort((a, b) => rank(a) - rank(b));
}

/** Hashes and sealed codes tell an auditor nothing in a state; the events hold them. */
const secret = /hash|sealed|^code$|^link$/i;

function fieldOf(name: string, value: unknown, reader: Reader): StateField {
  if (isMoney(value)) return { name, money: value, hero: name === 'balance' };
  if (value === undefined || value === null) return { name, text: reader.t('audit.value.none') };
  if (typeof value === 'boolean') return { name, text: reader.t(value ? 'audit.value.yes' : 'audit.value.no') };
  if (typeof value === 'number') return { name, text: reader.number(value) };
  if (typeof value === 'string') return { name, text: /^\d{4}-\d\d-\d\dT/.test(value) ? reader.dateTime(value) : value };
  const empty = Object.keys(value).length === 0;
  return empty ? { name, text: reader.t('audit.value.none') } : { name, json: JSON.stringify(value, null, 2) };
}

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value && typeof value.amount === 'number';
