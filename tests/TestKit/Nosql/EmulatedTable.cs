using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>A table in memory: its rows by their key, a string and a number. A test may read and change it directly, past the
/// service.</summary>
public sealed class EmulatedTable
{
    private const int MaxRow = 512 * 1024;
    private const int MaxKey = 64;
    private const int MaxPage = 1000;
    private const int MaxRead = 2 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly TableColumns columns;
    private readonly TimeProvider time;
    private readonly EmulatedRows rows;
    // It is open as long as the process runs.
    private readonly SafeFileHandle? journal;
    private long journalLength;
    private EmulatedRow? last;
    private (long Second, int Units) written;

    internal EmulatedTable(string name, string ddl, TimeProvider time, string? kept = null)
    {
        Name = name;
        columns = TableColumns.Parse(ddl);
        rows = new EmulatedRows(columns.Shard);
        this.time = time;
        if (kept is null)
            return;
        foreach (var line in LinesOf(kept))
            Set((JsonObject)JsonNode.Parse(line)!);
        journal = File.OpenHandle(kept, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        journalLength = RandomAccess.GetLength(journal);
    }

    public string Name { get; }

    /// <summary>The upper bound of a page's rows, whatever the limit of the request: the service ends a page after it has read 2
    /// MB.</summary>
    public int RowsPerPage { get; set; } = MaxPage;

    /// <summary>How many empty pages come before each page.</summary>
    public int EmptyPages { get; set; }

    /// <summary>The table's write units: puts of more KB in one second are answered with 429. No limit by default.</summary>
    public int WriteUnits { get; set; } = int.MaxValue;

    public int Count
    {
        get
        {
            lock (gate)
                return rows.Count;
        }
    }

    /// <summary>The keys of all rows.</summary>
    public IReadOnlyList<(string Shard, long Number)> Keys
    {
        get
        {
            lock (gate)
                return rows.Keys;
        }
    }

    /// <summary>Creates or replaces a row.</summary>
    public void Set(string shard, long number, JsonObject row)
    {
        lock (gate)
            rows.Set((shard, number), new EmulatedRow(row, Version(), 0));
    }

    private void Set(JsonObject row) => Set(row[columns.Shard]!.GetValue<string>(), row[columns.Number]!.GetValue<long>(), row);

    /// <summary>Creates an index. Without it a query by these columns reads the whole table.</summary>
    public void CreateIndex(params string[] indexed)
    {
        lock (gate)
            rows.CreateIndex(indexed);
    }

    internal EmulatorAnswer Update(JsonObject details)
    {
        var value = details["value"] as JsonObject ?? throw EmulatorError.InvalidParameter("UpdateRowDetails.value is null");
        var bytes = columns.Measure(Name, value);
        if (value[columns.Shard] is not { } shard || value[columns.Number] is not { } number)
            throw EmulatorError.InvalidParameter($"The key of {Name} is {columns.Shard} and {columns.Number}");
        if (Encoding.UTF8.GetByteCount(shard.GetValue<string>()) + sizeof(long) > MaxKey)
            throw new EmulatorError(400, "KeySizeLimitExceeded", $"Primary key is more than {MaxKey} bytes");
        if (bytes > MaxRow)
            throw new EmulatorError(400, "RowSizeLimitExceeded", $"The row is more than {MaxRow} bytes");
        var option = details["option"]?.GetValue<string>();
        if (option is not (null or "IF_ABSENT" or "IF_PRESENT"))
            throw EmulatorError.InvalidParameter($"option is '{option}'");
        lock (gate)
        {
            var rowKey = (shard.GetValue<string>(), number.GetValue<long>());
            var isPresent = rows.Find(rowKey) is not null;
            // A put that was not done is not an error: the answer has no version and no etag.
            if (option is not null && isPresent != (option == "IF_PRESENT"))
                return EmulatorAnswer.Json(new Dictionary<string, object?> { ["usage"] = Usage(1, 0) });
            var units = (bytes + 1023) / 1024;
            Throttle(units);
            last = new EmulatedRow((JsonObject)value.DeepClone(), Version(), bytes);
            rows.Set(rowKey, last);
            Keep(value);
            var usage = Usage(option is null ? 0 : 1, units);
            var answer = EmulatorAnswer.Json(new Dictionary<string, object?> { ["version"] = last.Version, ["usage"] = usage });
            answer.Headers["etag"] = last.Version;
            return answer;
        }
    }

    internal EmulatorAnswer Get(StringValues key, string? consistency)
    {
        var parts = key.Select(static part => (part ?? "").Split(':', 2)).Where(static part => part.Length == 2)
            .ToDictionary(static part => part[0], static part => part[1]);
        if (parts.Count != 2
            || !parts.TryGetValue(columns.Shard, out var shard)
            || !parts.TryGetValue(columns.Number, out var text)
            || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw EmulatorError.InvalidParameter($"Invalid key, key is not in format of 'column-name:value': {key}");
        var isAbsolute = SimpleQuery.ReadConsistency(consistency);
        lock (gate)
        {
            var found = rows.Find((shard, number)) is { } row && (isAbsolute || row != last) ? row : null;
            // A missing row is not an error either.
            var body = new JsonObject { ["usage"] = Usage(2, 0) };
            if (found is not null)
                body["value"] = found.Value.DeepClone();
            var answer = EmulatorAnswer.Json(body);
            if (found is not null)
                answer.Headers["etag"] = found.Version;
            return answer;
        }
    }

    internal EmulatorAnswer Query(SimpleQuery query, StringValues limit, StringValues page)
    {
        if (!query.Columns.Concat(query.Conditions.Select(static condition => condition.Column)).All(columns.Contains))
            throw EmulatorError.InvalidParameter($"The table {Name} has no such column");
        var rowsPerPage = Math.Min(RowsPerPage, limit.Count == 0 ? MaxPage : ReadLimit(limit));
        var (after, empties) = page.Count == 0 ? (default, EmptyPages) : ReadPage(page.ToString());
        lock (gate)
        {
            if (empties > 0)
                return Page([], WritePage(after, empties - 1));
            var selected = new List<((string, long) Key, EmulatedRow Row)>();
            var bytes = 0;
            var isLast = true;
            foreach (var (key, row) in rows.From(query.Conditions, after))
            {
                if (!query.Conditions.All(condition => condition.Holds(row.Value)) || (!query.IsAbsolute && row == last))
                    continue;
                if (selected.Count == rowsPerPage || (selected.Count > 0 && bytes + row.Bytes > MaxRead))
                {
                    isLast = false;
                    break;
                }

                selected.Add((key, row));
                bytes += row.Bytes;
            }

            // The query names no order, so the emulator returns the least convenient one.
            var items = selected.AsEnumerable().Reverse().Select(one => Select(one.Row.Value, query.Columns));
            return Page(items, isLast ? null : WritePage(selected[^1].Key, EmptyPages));
        }
    }

    private void Keep(JsonObject row)
    {
        if (journal is null)
            return;
        var line = Encoding.UTF8.GetBytes(row.ToJsonString() + "\n");
        RandomAccess.Write(journal, line, journalLength);
        journalLength += line.Length;
    }

    private void Throttle(int units)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        if (written.Second != second)
            written = (second, 0);
        if (written.Units + (long)units > WriteUnits)
            throw new EmulatorError(429, "TooManyRequests", $"Write throughput rate exceeded for {Name}");
        written.Units += units;
    }

    // One by one, because all of them may be more than a string can hold. A line without an end was not answered.
    private static IEnumerable<string> LinesOf(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (reader.EndOfStream && !EndsWithLine(file))
                yield break;
            yield return line;
        }
    }

    private static bool EndsWithLine(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    private static int ReadLimit(StringValues limit) =>
        int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is > 0 and <= MaxPage
            ? rows
            : throw EmulatorError.InvalidParameter($"limit is '{limit}'");

    private static JsonObject Select(JsonObject row, IEnumerable<string> columns) =>
        new(columns.Select(column => KeyValuePair.Create(column, row[column]?.DeepClone())));

    private static EmulatorAnswer Page(IEnumerable<JsonObject> items, string? next)
    {
        var answer = EmulatorAnswer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["usage"] = Usage(2, 0) });
        if (next is not null)
            answer.Headers["opc-next-page"] = next;
        return answer;
    }

    private static JsonObject Usage(int read, int write) => new() { ["readUnitsConsumed"] = read, ["writeUnitsConsumed"] = write };

    private static string Version() => Convert.ToBase64String(Guid.NewGuid().ToByteArray());

    private static string WritePage((string? Shard, long Number) after, int empties) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{empties}/{after.Number}/{after.Shard}"));

    private static ((string? Shard, long Number) After, int Empties) ReadPage(string page)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(page)).Split('/', 3);
            var number = long.Parse(parts[1], CultureInfo.InvariantCulture);
            return ((parts[2].Length == 0 ? null : parts[2], number), int.Parse(parts[0], CultureInfo.InvariantCulture));
        }
        catch (FormatException)
        {
            throw EmulatorError.InvalidParameter($"page is '{page}', which is not a page of this query");
        }
    }
}
