using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>A table in memory: its rows by their key, a string and a number. A test may read and change it directly, past the
/// service.</summary>
public sealed partial class EmulatedTable
{
    private const int MaxRow = 512 * 1024;
    private const int MaxKey = 64;
    private const int MaxPage = 1000;

    private readonly Lock gate = new();
    private readonly IReadOnlyDictionary<string, string> columns;
    private readonly (string Shard, string Number) key;
    private readonly SortedDictionary<(string Shard, long Number), EmulatedRow> rows = [];
    private EmulatedRow? last;

    private EmulatedTable(string name, IReadOnlyDictionary<string, string> columns, (string Shard, string Number) key)
    {
        Name = name;
        this.columns = columns;
        this.key = key;
    }

    public string Name { get; }

    /// <summary>The upper bound of a page's rows, whatever the limit of the request: the service ends a page after it has read 2
    /// MB.</summary>
    public int RowsPerPage { get; set; } = MaxPage;

    /// <summary>How many empty pages come before each page.</summary>
    public int EmptyPages { get; set; }

    public int Count
    {
        get
        {
            lock (gate)
                return rows.Count;
        }
    }

    /// <summary>Creates or replaces a row.</summary>
    public void Set(string shard, long number, JsonObject row)
    {
        lock (gate)
            rows[(shard, number)] = new EmulatedRow(row, Version());
    }

    internal static EmulatedTable Parse(string name, string ddl)
    {
        var match = Columns.Match(ddl);
        return match.Success
            ? new EmulatedTable(
                name,
                match.Groups["name"].Captures.Zip(match.Groups["type"].Captures)
                    .ToDictionary(static pair => pair.First.Value, static pair => pair.Second.Value),
                (match.Groups["shard"].Value, match.Groups["number"].Value))
            : throw new ArgumentException($"{ddl} is not emulated", nameof(ddl));
    }

    internal EmulatorAnswer Update(JsonObject details)
    {
        var value = details["value"] as JsonObject ?? throw EmulatorError.InvalidParameter("UpdateRowDetails.value is null");
        foreach (var (column, given) in value)
        {
            if (!columns.TryGetValue(column, out var type))
                throw EmulatorError.InvalidParameter($"The table {Name} has no column {column}");
            if ((type, given?.GetValueKind()) is not (("STRING", JsonValueKind.String) or ("LONG", JsonValueKind.Number) or ("JSON", _)))
                throw EmulatorError.InvalidParameter($"The column {column} is {type}, but its value is {given?.ToJsonString() ?? "null"}");
        }

        if (value[key.Shard] is not { } shard || value[key.Number] is not { } number)
            throw EmulatorError.InvalidParameter($"The key of {Name} is {key.Shard} and {key.Number}");
        if (Encoding.UTF8.GetByteCount(shard.GetValue<string>()) + sizeof(long) > MaxKey)
            throw new EmulatorError(400, "KeySizeLimitExceeded", $"Primary key is more than {MaxKey} bytes");
        if (Encoding.UTF8.GetByteCount(value.ToJsonString()) > MaxRow)
            throw new EmulatorError(400, "RowSizeLimitExceeded", $"The row is more than {MaxRow} bytes");
        var option = details["option"]?.GetValue<string>();
        if (option is not (null or "IF_ABSENT" or "IF_PRESENT"))
            throw EmulatorError.InvalidParameter($"option is '{option}'");
        lock (gate)
        {
            var rowKey = (shard.GetValue<string>(), number.GetValue<long>());
            var isPresent = rows.ContainsKey(rowKey);
            // A put that was not done is not an error: the answer has no version and no etag.
            if (option is not null && isPresent != (option == "IF_PRESENT"))
                return EmulatorAnswer.Json(new Dictionary<string, object?> { ["usage"] = Usage(1, 0) });
            last = rows[rowKey] = new EmulatedRow((JsonObject)value.DeepClone(), Version());
            var usage = Usage(option is null ? 0 : 1, 1);
            var answer = EmulatorAnswer.Json(new Dictionary<string, object?> { ["version"] = last.Version, ["usage"] = usage });
            answer.Headers["etag"] = last.Version;
            return answer;
        }
    }

    internal EmulatorAnswer Query(SimpleQuery query, StringValues limit, StringValues page)
    {
        if (query.Equal.Column != key.Shard || query.Above.Column != key.Number || !query.Columns.All(columns.ContainsKey))
            throw EmulatorError.InvalidParameter("the emulator supports only the table's columns, and conditions on its key");
        var rowsPerPage = Math.Min(RowsPerPage, limit.Count == 0 ? MaxPage : ReadLimit(limit));
        var (after, empties) = page.Count == 0 ? (query.Above.Value, EmptyPages) : ReadPage(page.ToString());
        lock (gate)
        {
            var shard = query.Equal.Value.GetValue<string>();
            var found = rows
                .Where(row => row.Key.Shard == shard && row.Key.Number > after && (query.IsAbsolute || row.Value != last))
                .ToList();
            if (empties > 0)
                return Page([], WritePage(after, empties - 1));
            var selected = found.Take(rowsPerPage).ToList();
            // The query names no order, so the emulator returns the least convenient one.
            var items = selected.AsEnumerable().Reverse().Select(row => Select(row.Value.Value, query.Columns));
            return Page(items, found.Count > selected.Count ? WritePage(selected[^1].Key.Number, EmptyPages) : null);
        }
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

    private static string WritePage(long after, int empties) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{after}/{empties}"));

    private static (long After, int Empties) ReadPage(string page)
    {
        try
        {
            var parts = Encoding.ASCII.GetString(Convert.FromBase64String(page)).Split('/');
            return (long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        catch (FormatException)
        {
            throw EmulatorError.InvalidParameter($"page is '{page}', which is not a page of this query");
        }
    }

    [GeneratedRegex(@"\A\(((?<name>\w+) (?<type>STRING|LONG|JSON), )+PRIMARY KEY\(SHARD\((?<shard>\w+)\), (?<number>\w+)\)\)\z")]
    private static partial Regex Columns { get; }

    private sealed record EmulatedRow(JsonObject Value, string Version);
}
