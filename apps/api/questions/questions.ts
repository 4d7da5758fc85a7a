import type { Question } from '@waymark/core/questions';
import { type AccessLogSources, listReads } from '@waymark/governance/access/questions/list-reads';
import type { InsightSources } from '@waymark/modules/insights/questions/sources';
import { questions as ofModules } from '@waymark/modules';
import type { RowSources } from '@waymark/operations';
import { getRow } from '@waymark/operations/questions/get-row';

/** What the answers of all questions are made from. */
export type Sources = InsightSources & AccessLogSources & RowSources;

/** Every question that is answered over HTTP. */
export const questions: readonly Question<Sources>[] = [...ofModules, listReads, getRow];

/** The names of all questions, as the table of rights has them. */
export const questionNames: readonly string[] = questions.map(({ name }) => name);
