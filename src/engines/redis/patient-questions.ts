/**
 * Patient questions: one to each of several servers, none of which holds up what the others say.
 *
 * Who is late is waited for only for moments, and not asked again meanwhile; the late answer is given with the next.
 */
import { setTimeout } from 'node:timers/promises';

export interface PatientQuestionsOptions {
  /** How long those who are late hold up the others. @default 200 */
  readonly patienceMs?: number;
}

export interface PatientQuestions<Answer> {
  /**
   * Asks those whose answer is not awaited already, for so much of what there is.
   *
   * @returns each answer once, also those of earlier calls that came late; rejects where there is nothing but failures.
   */
  ask(items: readonly string[], limit: number): Promise<readonly Answer[]>;
}

export function createPatientQuestions<Answer>(
  question: (item: string, limit: number) => Promise<Answer>,
  { patienceMs = 200 }: PatientQuestionsOptions = {},
): PatientQuestions<Answer> {
  /** Bounded as the channels are: one question each. */
  const underWay = new Map<string, Promise<void>>();
  let answers: Answer[] = [];

  return {
    async ask(items, limit) {
      const failures: unknown[] = [];
      const askOne = async (item: string) => {
        try {
          answers.push(await question(item, limit));
        } catch (error) {
          failures.push(error);
        } finally {
          underWay.delete(item);
        }
      };
      for (const item of items) if (!underWay.has(item)) underWay.set(item, askOne(item));
      const all = Promise.all(underWay.values());
      await Promise.race([all, setTimeout(patienceMs, undefined, { ref: false })]);
      const given = answers;
      answers = [];
      if (given.length === 0 && underWay.size === 0 && failures.length > 0) throw failures[0];
      return given;
    },
  };
}
