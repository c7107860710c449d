/** A hidden column that the database adds for a hash-sharded index. Its name ends with the number of buckets. */
const shard = /^crdb_internal_.*_shard_(\d+)$/su;
/** A hidden column that the database adds for an index on an expression. */
const expression = /^crdb_internal_idx_expr/u;

/** Into how many buckets a column of the database's own parts an index; null for any other column. */
export const bucketsOf = (column: string): number | null => {
  const found = shard.exec(column)?.[1];
  return found === undefined ? null : Number(found);
};

export const isShard = (column: string): boolean => shard.test(column);
export const isExpression = (column: string): boolean => expression.test(column);
