/** A look at one thing beside the state of a link: a table with the sentences that people need to read it. JSON. */
export interface Inspection {
  /** One full sentence: what is to be known when nothing else is read. */
  readonly headline: string;
  /** At most four columns, since a phone shows no more; each row has as many cells. No data of customers. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Full sentences under the table: what could not be seen, and what to do. */
  readonly notes: readonly string[];
}
