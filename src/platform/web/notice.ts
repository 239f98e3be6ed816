import type { SchemaClass } from './schema';

/** A call that we make to an address of somebody else's, as the API document tells of it (docs/webhooks.md tells the rest). */
export interface NoticeFacts {
  /** The notice's type (`redemption.completed`), or a word for another call. */
  readonly name: string;
  /** camelCase, unique among all operations. */
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  /** Of a notice: its `data`. Of a question: the answer that is expected. */
  readonly example: object;
}

export interface DescribedNotice extends NoticeFacts {
  readonly kind: 'notice' | 'question';
  readonly type: SchemaClass;
}

const described = new Map<string, DescribedNotice>();

const describes =
  (kind: DescribedNotice['kind']) =>
  (facts: NoticeFacts): ClassDecorator =>
  (target) => {
    if (described.has(facts.name)) throw new Error(`Two calls to others are called ${facts.name}`);
    described.set(facts.name, { ...facts, kind, type: target as unknown as SchemaClass });
  };

/** On the class of a notice's `data`. */
export const Notice = describes('notice');
/** On the class of the answer that we expect to a question. */
export const Question = describes('question');

export const describedNotices = (): readonly DescribedNotice[] => [...described.values()].sort((a, b) => a.name.localeCompare(b.name));
