import type { Question } from '@waymark/core/questions';
import { getMe, type OwnAccessSources } from '@waymark/governance/access/questions/get-me';
import { type AccessLogSources, listReads } from '@waymark/governance/access/questions/list-reads';
import type { InsightSources } from '@waymark/modules/insights/questions/sources';
import { questions as ofModules } from '@waymark/modules';
import type { RowSources } from '@waymark/operations';
import { getRow } from '@waymark/operations/questions/get-row';

/** The sources that the questions read from. */
export type Sources = InsightSources & AccessLogSources & OwnAccessSources & RowSources;

/** All questions that are answered over HTTP. */
export const questions: readonly Question<Sources>[] = [...ofModules, listReads, getMe, getRow];

/** The names of all questions, as in the table of rights. */
export const questionNames: readonly string[] = questions.map(({ name }) => name);
