import type { Verb } from '../verb';
import { auditVerbs } from './audit';
import { operationVerbs } from './operations';
import { seedDemo } from './seed';

export const verbs = [...auditVerbs, ...operationVerbs, seedDemo] as readonly Verb[];
