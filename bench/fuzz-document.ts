/** The published description of the API, told so that a fuzzer written in Python can make inputs from it. The shipped document stays as it is. */
import type { Shop } from './seed';

/** A shop, and things at it to ask about. */
export interface FuzzedShop extends Shop {
  /** A location whose standing may be changed: once it is closed nothing can be done there any more. */
  readonly closable: string;
  readonly closed: string;
  readonly items: readonly string[];
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any JSON
type Node = any;

const CLASSES: Readonly<Record<string, string>> = {
  '\\p{Cc}': '\\x00-\\x1f\\x7f-\\x9f',
  '\\p{Cs}': '\\ud800-\\udfff',
  '\\p{L}': 'A-Za-z',
  '\\p{N}': '0-9',
  '\\d': '0-9',
  '\\s': ' \\t\\n\\r\\f\\v\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff',
};

/**
 * Python's `re` knows no `\p{…}` and means the digits of all scripts by `\d`: narrower classes in their place, so that what is made from the
 * pattern fits ours as well.
 */
export function patternForPython(pattern: string): string {
  let inClass = false;
  return pattern.replace(/\\p\{\w+\}|\\.|\[|\]/gu, (part) => {
    if (part === '[') inClass = true;
    if (part === ']') inClass = false;
    const told = CLASSES[part];
    if (told === undefined) return part;
    return inClass ? told : `[${told}]`;
  });
}

/** Things that are there, asked for instead of made-up ids: otherwise nearly every answer were "not found". */
export function documentForFuzzer(document: object, shop: FuzzedShop): object {
  const copy = structuredClone(document) as Node;
  walk(copy, (schema) => (schema.pattern = patternForPython(schema.pattern)));
  const inputs = Object.entries<Node>(copy.components.schemas).filter(([name]) => name.endsWith('Input'));
  walk([inputs, copy.paths], (schema) => {
    if (schema.pattern === '^card_[0-9A-Z]{26}$') schema.enum = shop.cards;
    if (schema.pattern === '^loc_[0-9A-Z]{26}$') schema.enum = [shop.locationId];
  });
  for (const [path, operations] of Object.entries<Node>(copy.paths)) {
    for (const [method, operation] of Object.entries<Node>(operations)) {
      for (const parameter of operation.parameters ?? []) {
        const ids = parameter.in === 'path' ? idsFor(path, parameter.name as string, shop) : [];
        if (ids.length > 0) Object.assign(parameter, { example: ids[0] });
        // An item that never was is as good as one that was removed: any id is right there.
        const any = method === 'delete' && parameter.name === 'itemId';
        if (ids.length > 0 && !any) parameter.schema = { type: 'string', enum: ids };
      }
      leaveOutRawFiles(operation.requestBody?.content);
    }
  }
  return copy;
}

function idsFor(path: string, parameter: string, shop: FuzzedShop): readonly string[] {
  if (parameter === 'itemId') return shop.items;
  if (parameter !== 'id') return [];
  if (path.endsWith('/standing')) return [shop.closable];
  if (path.startsWith('/v1/gift-cards/{id}')) return shop.cards;
  return path.startsWith('/v1/locations/{id}') ? [shop.locationId, shop.closed] : [];
}

/** The fuzzer makes forms and CSV, but no workbooks and no pictures: files go as forms. */
function leaveOutRawFiles(content: Record<string, Node> = {}): void {
  for (const type of Object.keys(content)) if (/^image\/|spreadsheetml/u.test(type)) Reflect.deleteProperty(content, type);
  delete content['multipart/form-data']?.encoding;
}

function walk(node: Node, told: (schema: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.pattern === 'string') told(node);
  for (const each of Object.values(node)) walk(each, told);
}
