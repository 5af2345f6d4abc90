using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Jobs.Features;

/// <summary>The file with the rows of a training table, and what the join reads of it.</summary>
internal sealed class RowsFile
{
    /// <summary>The table that has the rows, with their places from 0 in the column <see cref="Place"/>.</summary>
    internal const string Table = "input";

    private const string Parquet = ".parquet";
    private const string Csv = ".csv";

    // At least two lines of the longest that DuckDB reads. Its own buffers are eight times as large, and it has several.
    private const string CsvBufferBytes = "4000000";

    private readonly string path;
    private readonly List<(string Name, string Type)> columns;
    private readonly List<string> faults = [];

    private RowsFile(string path, List<(string Name, string Type)> columns)
    {
        this.path = path;
        this.columns = columns;
        Place = "place";
        while (columns.Exists(column => column.Name.Equals(Place, StringComparison.OrdinalIgnoreCase)))
            Place += "_";
    }

    /// <summary>The file's name, for messages.</summary>
    internal string Name => Path.GetFileName(path);

    /// <summary>The names of its columns, in order.</summary>
    internal IEnumerable<string> Columns => columns.Select(static column => column.Name);

    /// <summary>The number of rows.</summary>
    internal long Count { get; private set; }

    /// <summary>The column of <see cref="Table"/> with a row's place, whose name no column of the file has.</summary>
    internal string Place { get; }

    /// <summary>The column with the times of reading.</summary>
    internal RowColumn Time { get; private set; } = null!;

    /// <summary>For each view, the columns with its entity's keys.</summary>
    internal IReadOnlyList<RowColumn[]> Keys { get; private set; } = [];

    /// <summary>For each view, the columns with the values of a request.</summary>
    internal IReadOnlyList<RowColumn[]> Requests { get; private set; } = [];

    /// <summary>Reads the file into <see cref="Table"/>.</summary>
    /// <param name="database">Gets the table.</param>
    /// <param name="path">The file.</param>
    /// <param name="time">The name of the column with the times.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="JobException">The file can't be used; the message says where it is wrong.</exception>
    internal static RowsFile Load(
        JobDatabase database, string path, string time, IReadOnlyList<ViewDefinition> views, CancellationToken cancellation)
    {
        var isCsv = CheckPath(path);
        var name = Path.GetFileName(path);
        try
        {
            var source = SourceOf(path, isCsv, []);
            if (isCsv)
            {
                var names = database.Describe($"SELECT * FROM {source}").ConvertAll(static column => column.Name);
                source = SourceOf(path, isCsv, views.SelectMany(static view => view.Entity).Where(key => names.Contains(key.Name)));
            }

            var file = new RowsFile(path, database.Describe($"SELECT * FROM {source}"));
            if (database.Number($"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT 1)") == 0)
                throw Wrong($"{name} has no rows");
            file.FindColumns(time, views);
            if (file.faults.Count > 0)
                throw Wrong(string.Join('\n', file.faults.Distinct().Select(fault => $"{name}: {fault}")));
            database.Run(
                $"CREATE TABLE {Table} AS SELECT row_number() OVER () - 1 AS {JobDatabase.Name(file.Place)}, * FROM {source}",
                cancellation);
            file.Count = database.Number($"SELECT count(*) FROM {Table}")!.Value;
            return file;
        }
        catch (DuckDBException e) when (!IsOutOfMemory(e))
        {
            cancellation.ThrowIfCancellationRequested();
            throw Wrong($"{name} can't be read: {JobDatabase.Explain(e)}");
        }
    }

    /// <summary>The error of a row.</summary>
    /// <param name="place">The row's place, from 0.</param>
    /// <param name="message">What is wrong.</param>
    internal JobException WrongRow(long place, string message) =>
        Wrong(string.Create(CultureInfo.InvariantCulture, $"{Name}: row {place + 1}: {message}"));

    internal static bool IsOutOfMemory(DuckDBException e) => e.Message.Contains("Out of Memory", StringComparison.OrdinalIgnoreCase);

    private static bool CheckPath(string path)
    {
        if (!File.Exists(path))
            throw Wrong($"--rows: {path} does not exist");
        if (path.AsSpan().ContainsAny("*?["))
            throw Wrong($"--rows: {path} has one of * ? [ in its name; rename it");
        if (new FileInfo(path).Length == 0)
            throw Wrong($"{Path.GetFileName(path)} is empty; it must have a row for each row of the table");
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => true,
            ".PARQUET" => false,
            _ => throw Wrong($"--rows: {path} must be a {Parquet} or {Csv} file"),
        };
    }

    private static string SourceOf(string path, bool isCsv, IEnumerable<NamedType> typed)
    {
        if (!isCsv)
            return $"read_parquet({JobDatabase.Text(path)})";
        // Other types are guessed from the whole file. Keys are not, because a text may look like a number.
        var types = typed.DistinctBy(static key => key.Name).Select(static key =>
            $"{JobDatabase.Text(key.Name)}: '{(key.Type.Kind == FieldKind.String ? "VARCHAR" : "BIGINT")}'").ToList();
        return $"read_csv({JobDatabase.Text(path)}, header = true, sample_size = -1, buffer_size = {CsvBufferBytes}" +
            (types.Count > 0 ? $", types = {{{string.Join(", ", types)}}})" : ")");
    }

    private void FindColumns(string time, IReadOnlyList<ViewDefinition> views)
    {
        Time = Find(time, "the time of reading", RowColumn.Time, "a time: a timestamp in UTC, microseconds since 1970, or ISO 8601");
        Keys = [.. views.Select(view => view.Entity.Select(key => Find(
            key.Name, $"an entity key of {view.Id}", (name, type) => RowColumn.Key(name, key.Type, type), key.Type.ToString())).ToArray())];
        Requests = [.. views.Select(view => view.Request.Select(value => Find(
            value.Name,
            $"a value of a request for {view.Id}",
            (name, type) => RowColumn.Request(name, value.Type, type),
            value.Type.ToString())).ToArray())];
        foreach (var column in views.SelectMany(FeatureColumns.NamesOf))
        {
            if (columns.Exists(existing => existing.Name.Equals(column, StringComparison.OrdinalIgnoreCase)))
                faults.Add($"it has a column {column}, which is the name of a column of the result; rename it");
        }
    }

    private RowColumn Find(string name, string meaning, Func<string, string, RowColumn?> make, string wanted)
    {
        var index = columns.FindIndex(column => column.Name == name);
        if (index < 0)
            faults.Add($"there is no column {name} ({meaning}, {wanted}); the columns are {string.Join(", ", Columns)}");
        else if (make(name, columns[index].Type) is { } column)
            return column;
        else
            faults.Add($"the column {name} ({meaning}) is {columns[index].Type}; it must be {wanted}");
        return new RowColumn(name, "NULL", IsText: false);
    }

    private static JobException Wrong(string message) => new(JobExit.WrongInput, message);
}
