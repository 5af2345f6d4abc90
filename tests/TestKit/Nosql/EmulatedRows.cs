using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Nosql;

/// <summary>The rows of an <see cref="EmulatedTable"/> in the order of their keys, and its indexes. Not thread-safe.</summary>
/// <param name="shard">The key's first column.</param>
internal sealed class EmulatedRows(string shard)
{
    private static readonly Comparer<(string Shard, long Number)> Order = Comparer<(string Shard, long Number)>.Create(
        static (one, other) => string.CompareOrdinal(one.Shard, other.Shard) is var order and not 0
            ? order
            : one.Number.CompareTo(other.Number));

    private readonly Dictionary<(string Shard, long Number), EmulatedRow> rows = [];

    // The first one is the primary key's: a shard's rows are found without the others.
    private readonly List<(string[] Columns, Dictionary<string, SortedSet<(string Shard, long Number)>> Keys)> indexes = [([shard], [])];

    internal int Count => rows.Count;

    internal IReadOnlyList<(string Shard, long Number)> Keys => [.. rows.Keys];

    internal EmulatedRow? Find((string, long) key) => rows.GetValueOrDefault(key);

    internal void Set((string, long) key, EmulatedRow row)
    {
        foreach (var (columns, keys) in indexes)
        {
            if (rows.TryGetValue(key, out var replaced))
                _ = keys[Entry(columns, replaced.Value)].Remove(key);
            Add(columns, keys, key, row);
        }

        rows[key] = row;
    }

    internal void CreateIndex(string[] columns)
    {
        var keys = new Dictionary<string, SortedSet<(string, long)>>();
        foreach (var (key, row) in rows)
            Add(columns, keys, key, row);
        indexes.Add((columns, keys));
    }

    /// <summary>The rows that may meet the conditions, after a key.</summary>
    internal IEnumerable<((string Shard, long Number) Key, EmulatedRow Row)> From(
        IReadOnlyList<SimpleCondition> conditions, (string? Shard, long Number) after)
    {
        var equal = conditions.Where(static condition => condition.IsEqual)
            .ToDictionary(static condition => condition.Column, static condition => condition.Value);
        var index = indexes.FirstOrDefault(one => one.Columns.All(equal.ContainsKey));
        var keys = index.Columns is null
            ? new SortedSet<(string Shard, long Number)>(rows.Keys, Order)
            : index.Keys.GetValueOrDefault(Entry(index.Columns, new JsonObject(equal.Select(
                static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone())))));
        if (keys is null || keys.Count == 0)
            yield break;
        var rest = after.Shard is null ? keys
            : Order.Compare((after.Shard, after.Number), keys.Max) > 0 ? []
            : keys.GetViewBetween((after.Shard, after.Number), keys.Max);
        foreach (var key in rest)
        {
            if (after.Shard is null || Order.Compare(key, (after.Shard, after.Number)) > 0)
                yield return (key, rows[key]);
        }
    }

    private static void Add(
        string[] columns, Dictionary<string, SortedSet<(string, long)>> keys, (string, long) key, EmulatedRow row)
    {
        var entry = Entry(columns, row.Value);
        if (!keys.TryGetValue(entry, out var set))
            keys[entry] = set = new SortedSet<(string, long)>(Order!);
        _ = set.Add(key);
    }

    private static string Entry(string[] columns, JsonObject row) =>
        string.Join('\n', columns.Select(column => row[column]?.ToJsonString()));
}
