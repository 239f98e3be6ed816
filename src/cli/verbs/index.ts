import type { Verb } from '../verb';
import { auditVerbs } from './audit';

export const verbs: readonly Verb[] = [...auditVerbs];
