using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>The columns of an emulated table, and its key: a string and a number.</summary>
internal sealed partial class TableColumns
{
    private readonly Dictionary<string, string> types;

    private TableColumns(Dictionary<string, string> types, string shard, string number)
    {
        this.types = types;
        Shard = shard;
        Number = number;
    }

    internal string Shard { get; }

    internal string Number { get; }

    internal static TableColumns Parse(string ddl)
    {
        var match = Form.Match(ddl);
        return match.Success
            ? new TableColumns(
                match.Groups["name"].Captures.Zip(match.Groups["type"].Captures)
                    .ToDictionary(static pair => pair.First.Value, static pair => pair.Second.Value),
                match.Groups["shard"].Value,
                match.Groups["number"].Value)
            : throw new ArgumentException($"{ddl} is not emulated", nameof(ddl));
    }

    internal bool Contains(string column) => types.ContainsKey(column);

    /// <summary>Checks a row's values, and returns their bytes as the service counts them: BINARY is not stored as base64.</summary>
    /// <exception cref="EmulatorError">A column is unknown, or its value has another type.</exception>
    internal int Measure(string table, JsonObject row)
    {
        var bytes = 0;
        foreach (var (column, value) in row)
        {
            if (!types.TryGetValue(column, out var type))
                throw EmulatorError.InvalidParameter($"The table {table} has no column {column}");
            bytes += (type, value?.GetValueKind()) switch
            {
                ("STRING", JsonValueKind.String) => Encoding.UTF8.GetByteCount(value!.GetValue<string>()),
                ("LONG", JsonValueKind.Number) when value!.AsValue().TryGetValue(out long _) => sizeof(long),
                ("INTEGER", JsonValueKind.Number) when value!.AsValue().TryGetValue(out int _) => sizeof(int),
                ("BINARY", JsonValueKind.String) when BytesOf(value!.GetValue<string>()) is { } decoded => decoded,
                ("JSON", _) => Encoding.UTF8.GetByteCount(value?.ToJsonString() ?? "null"),
                _ => throw EmulatorError.InvalidParameter(
                    $"The column {column} is {type}, but its value is {value?.ToJsonString() ?? "null"}"),
            };
        }

        return bytes;
    }

    private static int? BytesOf(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? length : null;
    }

    [GeneratedRegex(
        @"\A\(((?<name>\w+) (?<type>STRING|LONG|INTEGER|BINARY|JSON), )+PRIMARY KEY\(SHARD\((?<shard>\w+)\), (?<number>\w+)\)\)"
        + @"( USING TTL \d+ (HOURS|DAYS))?\z")]
    private static partial Regex Form { get; }
}
