using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>The only form of SQL that the emulator supports: columns of one table, where up to three conditions compare a column with a
/// variable. Over REST the service accepts a little more, but neither ordering nor aggregates.</summary>
internal sealed partial record SimpleQuery(
    string Table, IReadOnlyList<string> Columns, IReadOnlyList<SimpleCondition> Conditions, bool IsAbsolute)
{
    internal static SimpleQuery Parse(JsonObject details)
    {
        var text = details["statement"]?.GetValue<string>() ?? throw EmulatorError.InvalidParameter("QueryDetails.statement is null");
        if (Form.Match(text) is not { Success: true } match)
            throw EmulatorError.InvalidParameter($"The driver or SDK being used does not support complex query: {text}");
        var types = Declaration.Matches(match.Groups["declared"].Value)
            .ToDictionary(static one => one.Groups["name"].Value, static one => one.Groups["type"].Value);
        var variables = details["variables"] as JsonObject ?? [];
        foreach (var (name, _) in variables)
        {
            if (!types.ContainsKey(name))
                throw EmulatorError.InvalidParameter($"The query doesn't contain the variable: {name}");
        }

        return new SimpleQuery(
            match.Groups["table"].Value,
            [.. match.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries)],
            [.. Enumerable.Range(0, match.Groups["column"].Captures.Count).Select(i => new SimpleCondition(
                match.Groups["column"].Captures[i].Value,
                match.Groups["operator"].Captures[i].Value,
                Value(match.Groups["value"].Captures[i].Value)))],
            ReadConsistency(details["consistency"]?.GetValue<string>()));

        JsonNode Value(string variable) => variables[variable] is { } value
            && value.GetValueKind() == (types.GetValueOrDefault(variable) == "LONG" ? JsonValueKind.Number : JsonValueKind.String)
            ? value
            : throw EmulatorError.InvalidParameter($"Variable {variable} has not been bound to a {types.GetValueOrDefault(variable)}");
    }

    /// <summary>Whether a read sees the last write.</summary>
    internal static bool ReadConsistency(string? consistency) => consistency switch
    {
        "ABSOLUTE" => true,
        null or "" or "EVENTUAL" => false,
        _ => throw EmulatorError.InvalidParameter($"consistency is '{consistency}'"),
    };

    [GeneratedRegex(
        @"\ADECLARE (?<declared>(\$\w+ (STRING|LONG); ?)+)SELECT (?<columns>\w+(, ?\w+)*) FROM (?<table>\w+) "
        + @"WHERE (?<column>\w+) (?<operator>=|>|<=) (?<value>\$\w+)( AND (?<column>\w+) (?<operator>=|>|<=) (?<value>\$\w+)){0,2}\z")]
    private static partial Regex Form { get; }

    [GeneratedRegex(@"(?<name>\$\w+) (?<type>STRING|LONG);")]
    private static partial Regex Declaration { get; }
}
