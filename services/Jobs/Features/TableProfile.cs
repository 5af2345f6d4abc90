using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Jobs.Progress;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Features;

/// <summary>Makes the profile of a training table. DuckDB sorts the values of one column after the other, on disk if they are
/// many.</summary>
/// <param name="progress">Shows the columns.</param>
internal sealed class TableProfile(IStepProgress progress)
{
    // Any type of numbers, or bools.
    private static readonly FieldType Numbers = new(FieldKind.Bool);

    /// <summary>Profiles the columns of numbers and bools.</summary>
    /// <param name="files">The Parquet files of the table.</param>
    /// <param name="isWanted">Whether to profile a column.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="megabytes">The memory for values, in megabytes.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="JobException">The files can't be used.</exception>
    internal (TrainingProfile Profile, long Rows) Read(
        IReadOnlyList<string> files, Func<string, bool> isWanted, string folder, int megabytes, CancellationToken cancellation)
    {
        var source = SourceOf(files);
        try
        {
            using var database = new JobDatabase(folder, megabytes);
            var all = database.Describe($"SELECT * FROM {source}");
            List<RowColumn> columns = [.. all.Where(column => isWanted(column.Name))
                .Select(static column => RowColumn.Request(column.Name, Numbers, column.Type)).OfType<RowColumn>()];
            if (columns.Count is 0 or > TrainingProfile.MostColumns)
            {
                throw FeatureJobOptions.Wrong(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{files[0]} has {columns.Count} columns of numbers to profile; there are 1 to {TrainingProfile.MostColumns}"));
            }

            progress.Begin("Reading columns", columns.Count);
            var rows = database.Number($"SELECT count(*) FROM {source}")!.Value;
            var profiles = new List<ColumnProfile>();
            var defaults = new Dictionary<string, long>();
            foreach (var column in columns)
            {
                cancellation.ThrowIfCancellationRequested();
                profiles.Add(Profile(database, source, column, rows) with
                {
                    Defaults = DefaultsOf(database, source, column.Name, all, defaults),
                });
                progress.Advance(1);
            }

            return (new TrainingProfile { Columns = profiles }, rows);
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw RowsFile.IsOutOfMemory(e)
                ? new JobException(
                    JobExit.Failed,
                    $"the table does not fit into the memory that this job may use; use --memory-mb: {JobDatabase.Explain(e)}",
                    e)
                : FeatureJobOptions.Wrong($"{files[0]} can't be read: {JobDatabase.Explain(e)}");
        }
    }

    private static ColumnProfile Profile(JobDatabase database, string source, RowColumn column, long rows)
    {
        var numbers = $"(SELECT {column.Sql} AS value FROM {source}) WHERE value IS NOT NULL AND NOT isnan(value)";
        var total = database.Number($"SELECT count(*) FROM {numbers}")!.Value;
        var values = database.Stream($"SELECT value, count(*) FROM {numbers} GROUP BY value ORDER BY value")
            .Select(static item => ((float)item.GetDouble(0), item.GetInt64(1)));
        return ColumnProfiler.Create(column.Name, Merge(values), total) with { Missing = rows - total };
    }

    // Doubles that are equal as floats.
    private static IEnumerable<(float Value, long Count)> Merge(IEnumerable<(float Value, long Count)> values)
    {
        (float Value, long Count)? open = null;
        foreach (var (value, count) in values)
        {
            if (open is { } same && same.Value == value)
            {
                open = (value, same.Count + count);
                continue;
            }

            if (open is { } done)
                yield return done;
            open = (value, count);
        }

        if (open is { } last)
            yield return last;
    }

    private static long DefaultsOf(
        JobDatabase database, string source, string column, List<(string Name, string Type)> all, Dictionary<string, long> known)
    {
        if (column.Split('.') is not [var view, _] || !all.Contains((FeatureColumns.StatusOf(view), "VARCHAR")))
            return 0;
        if (known.TryGetValue(view, out var count))
            return count;
        var status = JobDatabase.Name(FeatureColumns.StatusOf(view));
        return known[view] = database.Number($"SELECT count(*) FROM {source} WHERE {status} <> 'present'")!.Value;
    }

    private static string SourceOf(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            if (!File.Exists(file))
                throw FeatureJobOptions.Wrong($"{file} does not exist");
            if (file.AsSpan().ContainsAny("*?["))
                throw FeatureJobOptions.Wrong($"{file} has one of * ? [ in its name; rename it");
        }

        return $"read_parquet([{string.Join(", ", files.Select(JobDatabase.Text))}])";
    }
}
