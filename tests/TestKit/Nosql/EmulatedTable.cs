using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Nosql;

/// <summary>A table in memory: its rows by their key, a text and a number. A test may look into it and change it behind the service's back.</summary>
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

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The most rows that come in a page, whatever was asked for: the service stops where it has read 2 MB.</summary>
    public int RowsInAPage { get; set; } = MaxPage;

    /// <summary>How many pages without a row come before each page.</summary>
    public int EmptyPages { get; set; }

    /// <summary>How many rows it has.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return rows.Count;
        }
    }

    /// <summary>Puts a row there, whatever was there before.</summary>
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
                match.Groups["name"].Captures.Zip(match.Groups["type"].Captures).ToDictionary(static pair => pair.First.Value, static pair => pair.Second.Value),
                (match.Groups["shard"].Value, match.Groups["number"].Value))
            : throw new ArgumentException($"{ddl} is nothing that is emulated", nameof(ddl));
    }

    internal StorageAnswer Update(JsonObject details)
    {
        var value = details["value"] as JsonObject ?? throw SimpleQuery.Invalid("UpdateRowDetails.value is null");
        foreach (var (column, given) in value)
        {
            if (!columns.TryGetValue(column, out var type))
                throw SimpleQuery.Invalid($"The table {Name} has no column {column}");
            if ((type, given?.GetValueKind()) is not (("STRING", JsonValueKind.String) or ("LONG", JsonValueKind.Number) or ("JSON", _)))
                throw SimpleQuery.Invalid($"The column {column} is {type}, and its value is {given?.ToJsonString() ?? "null"}");
        }

        if (value[key.Shard] is not { } shard || value[key.Number] is not { } number)
            throw SimpleQuery.Invalid($"The key of {Name} is {key.Shard} and {key.Number}");
        if (Encoding.UTF8.GetByteCount(shard.GetValue<string>()) + sizeof(long) > MaxKey)
            throw new StorageError(400, "KeySizeLimitExceeded", $"Primary key is more than {MaxKey} bytes");
        if (Encoding.UTF8.GetByteCount(value.ToJsonString()) > MaxRow)
            throw new StorageError(400, "RowSizeLimitExceeded", $"The row is more than {MaxRow} bytes");
        var option = details["option"]?.GetValue<string>();
        if (option is not (null or "IF_ABSENT" or "IF_PRESENT"))
            throw SimpleQuery.Invalid($"option is '{option}'");
        lock (gate)
        {
            var at = (shard.GetValue<string>(), number.GetValue<long>());
            var isPresent = rows.ContainsKey(at);
            // What was not done is no error: the answer has no version and no etag.
            if (option is not null && isPresent != (option == "IF_PRESENT"))
                return StorageAnswer.Json(new Dictionary<string, object?> { ["usage"] = Usage(1, 0) });
            last = rows[at] = new EmulatedRow((JsonObject)value.DeepClone(), Version());
            var answer = StorageAnswer.Json(new Dictionary<string, object?> { ["version"] = last.Version, ["usage"] = Usage(option is null ? 0 : 1, 1) });
            answer.Headers["etag"] = last.Version;
            return answer;
        }
    }

    internal StorageAnswer Query(SimpleQuery query, StringValues limit, StringValues page)
    {
        if (query.Equal.Column != key.Shard || query.Above.Column != key.Number || query.Columns.FirstOrDefault(column => !columns.ContainsKey(column)) is not null)
            throw SimpleQuery.Invalid("it is emulated where the columns are the table's and those of the conditions its key");
        var rowsInAPage = Math.Min(RowsInAPage, int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is > 0 and <= MaxPage ? asked : limit.Count == 0 ? MaxPage : throw SimpleQuery.Invalid($"limit is '{limit}'"));
        var (after, empties) = page.Count == 0 ? (query.Above.Value, EmptyPages) : ReadPage(page.ToString());
        lock (gate)
        {
            var found = rows.Where(row => row.Key.Shard == query.Equal.Value.GetValue<string>() && row.Key.Number > after && (query.IsAbsolute || row.Value != last)).ToList();
            if (empties > 0)
                return Page([], WritePage(after, empties - 1));
            var taken = found.Take(rowsInAPage).ToList();
            // In any order: nobody asked for one.
            var items = taken.AsEnumerable().Reverse().Select(row => new JsonObject(query.Columns.Select(column => KeyValuePair.Create(column, row.Value.Value[column]?.DeepClone()))));
            return Page(items, found.Count > taken.Count ? WritePage(taken[^1].Key.Number, EmptyPages) : null);
        }
    }

    private static StorageAnswer Page(IEnumerable<JsonObject> items, string? next)
    {
        var answer = StorageAnswer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["usage"] = Usage(2, 0) });
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
            throw SimpleQuery.Invalid($"page is '{page}', which is none of this query's");
        }
    }

    [GeneratedRegex(@"\A\(((?<name>\w+) (?<type>STRING|LONG|JSON), )+PRIMARY KEY\(SHARD\((?<shard>\w+)\), (?<number>\w+)\)\)\z")]
    private static partial Regex Columns { get; }

    private sealed record EmulatedRow(JsonObject Value, string Version);
}
