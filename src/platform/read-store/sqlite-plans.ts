import { boundsOf } from './paths';
import type { Filter, Query } from './read-store';
import type { FileName } from './sqlite-connection';
import type { SqliteOperations } from './sqlite-operations';
import type { Clause } from './sqlite-query';

const SHORT_PAGE = 200;
const REMEMBERED = 500;

/**
 * Tells a search that an index answers at once from one that may look at many documents: those go to the reader thread. Judged
 * by SQLite's own plan, once for each statement; a wrong guess costs time, never a wrong answer.
 */
export class SearchPlans {
  private readonly verdicts = new Map<string, boolean>();

  constructor(private readonly operations: SqliteOperations) {}

  isShort(file: FileName, query: Query, statements: readonly Clause[]): boolean {
    if ((query.limit ?? 0) > SHORT_PAGE || query.anyOf) return false;
    const conditions = conditionsOf(query.filter);
    return statements.every((statement) => this.verdict(file, statement, conditions));
  }

  private verdict(file: FileName, { sql, bound }: Clause, conditions: number): boolean {
    const known = this.verdicts.get(sql);
    if (known !== undefined) return known;
    if (this.verdicts.size >= REMEMBERED) this.verdicts.clear();
    const plan = this.plan(file, sql, bound);
    if (plan === undefined) return true;
    const sorts = plan.includes('USE TEMP B-TREE');
    const verdict = !sorts && !(conditions > 0 && plan.includes('SCAN')) && (plan.match(/[=<>]\?/g) ?? []).length >= conditions;
    this.verdicts.set(sql, verdict);
    return verdict;
  }

  /** None while the table is not there: then there is nothing to look at, and nothing to remember. */
  private plan(file: FileName, sql: string, bound: readonly unknown[]): string | undefined {
    const places = sql.split('?').length - 1;
    try {
      return this.operations.explain(file, sql, [...bound, ...Array.from({ length: places - bound.length }, () => 1)]).join('\n');
    } catch {
      return undefined;
    }
  }
}

/** Bounds that an index must have taken up for none to be left to a look at each document. A prefix is a range: two of them. */
const conditionsOf = (filter: Filter = {}): number => boundsOf(filter).reduce((sum, { name }) => sum + (name === 'prefix' ? 2 : 1), 0);
