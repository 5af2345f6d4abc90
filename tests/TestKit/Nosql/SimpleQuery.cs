using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>The only form of SQL that the emulator supports: columns of one table, where one column equals a variable and another is
/// greater than one. Over REST the service accepts a little more, but neither ordering nor aggregates.</summary>
internal sealed partial record SimpleQuery(
    string Table,
    IReadOnlyList<string> Columns,
    (string Column, JsonNode Value) Equal,
    (string Column, long Value) Above,
    bool IsAbsolute)
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
            (match.Groups["equal"].Value, Value(match.Groups["equals"].Value)),
            (match.Groups["above"].Value, Value(match.Groups["than"].Value).GetValue<long>()),
            details["consistency"]?.GetValue<string>() switch
            {
                "ABSOLUTE" => true,
                null or "EVENTUAL" => false,
                var other => throw EmulatorError.InvalidParameter($"consistency is '{other}'"),
            });

        JsonNode Value(string variable) => variables[variable] is { } value
            && value.GetValueKind() == (types.GetValueOrDefault(variable) == "LONG" ? JsonValueKind.Number : JsonValueKind.String)
            ? value
            : throw EmulatorError.InvalidParameter($"Variable {variable} has not been bound to a {types.GetValueOrDefault(variable)}");
    }

    [GeneratedRegex(
        @"\ADECLARE (?<declared>(\$\w+ (STRING|LONG); ?)+)SELECT (?<columns>\w+(, ?\w+)*) FROM (?<table>\w+) "
        + @"WHERE (?<equal>\w+) = (?<equals>\$\w+) AND (?<above>\w+) > (?<than>\$\w+)\z")]
    private static partial Regex Form { get; }

    [GeneratedRegex(@"(?<name>\$\w+) (?<type>STRING|LONG);")]
    private static partial Regex Declaration { get; }
}
