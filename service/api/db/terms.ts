import { z } from 'zod';
import { TermsChange } from '../license-terms.ts';
import type { Plan } from './accounts.ts';
import type { Sql } from './sql.ts';

const Row = z.object({
  plan: z.string(),
  titleId: z.string(),
  json: z.string().transform((text) => TermsChange.parse(JSON.parse(text))),
});
export interface TermsRecord {
  /** null: for all plans. */
  readonly plan: Plan | null;
  /** null: for all titles. */
  readonly titleId: string | null;
  readonly change: TermsChange;
}

/** What an operator changed about the terms of plans and titles. */
export function createTerms(sql: Sql) {
  const record = ({ plan, titleId, json }: z.infer<typeof Row>): TermsRecord => ({
    plan: plan === '' ? null : (plan as Plan),
    titleId: titleId === '' ? null : titleId,
    change: json,
  });
  return {
    async all(): Promise<TermsRecord[]> {
      return sql.all(Row, 'SELECT plan, titleId, json FROM license_terms ORDER BY titleId, plan').map(record);
    },
    /** Those that concern a title under a plan, the most general first: a later one counts for more. */
    async concerning(plan: Plan, titleId: string): Promise<TermsChange[]> {
      return sql
        .all(
          Row,
          `SELECT plan, titleId, json FROM license_terms
           WHERE plan IN ('', @plan) AND titleId IN ('', @titleId) ORDER BY titleId <> '', plan <> ''`,
          { plan, titleId },
        )
        .map(({ json }) => json);
    },
    /** In the place of what was changed before; null takes it back. */
    async put(plan: Plan | null, titleId: string | null, change: TermsChange | null): Promise<void> {
      const place = { plan: plan ?? '', titleId: titleId ?? '' };
      if (change === null)
        sql.run('DELETE FROM license_terms WHERE plan = @plan AND titleId = @titleId', place);
      else
        sql.run('INSERT OR REPLACE INTO license_terms VALUES (@plan, @titleId, @json)', {
          ...place,
          json: JSON.stringify(change),
        });
    },
  };
}
