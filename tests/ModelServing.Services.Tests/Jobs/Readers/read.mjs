// Prints the columns and rows of a Parquet file as JSON: node read.mjs (duckdb | hyparquet) FILE [COLUMN...]
const [reader, file, ...only] = process.argv.slice(2);
const plain = (value) => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value, plain);
  if (typeof value === 'object' && 'items' in value) return value.items.map(plain);
  if (typeof value === 'object' && 'micros' in value) return value.micros.toString();
  return value;
};
if (reader === 'duckdb') {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const read = await connection.runAndReadAll(`SELECT * FROM '${file.replaceAll("'", "''")}'`);
  const names = read.columnNames();
  const columns = names.map((name, i) => ({ name, type: read.columnType(i).toString() }));
  const rows = read.getRows().map((row) => Object.fromEntries(names.map((name, i) => [name, plain(row[i])])));
  console.log(JSON.stringify({ columns, rows }));
} else {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const columns = metadata.schema.slice(1).filter((one) => one.type).map((one) => ({ name: one.name, type: one.type }));
  const rows = await parquetReadObjects({ file: buffer, compressors, ...(only.length > 0 ? { columns: only } : {}) });
  console.log(JSON.stringify({
    columns,
    groups: metadata.row_groups.length,
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))),
  }));
}
