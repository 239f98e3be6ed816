/**
 * A value about a person. `subject` names the person's key (one per role and card, customer or employee); the stored event
 * holds the value sealed under that key. After the key is destroyed the value reads as erased, everywhere, for ever.
 */
export type Personal<T> = PersonalValue<T> | PersonalErased;

export interface PersonalValue<T> {
  readonly subject: string;
  readonly value: T;
}

export interface PersonalErased {
  readonly subject: string;
  readonly erased: true;
}

export const personal = <T>(subject: string, value: T): Personal<T> => ({ subject, value });

export const isErased = (value: Personal<unknown>): value is PersonalErased => 'erased' in value;

/** The value, or undefined when the person was erased. */
export const reveal = <T>(value: Personal<T> | undefined): T | undefined => (value && 'value' in value ? value.value : undefined);

/** Another value of the same person (a search form of a name); erased when the source is. */
export const derived = <T, U>(value: Personal<T>, derive: (value: T) => U): Personal<U> =>
  'value' in value ? { subject: value.subject, value: derive(value.value) } : value;
