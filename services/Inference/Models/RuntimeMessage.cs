using System.Text.RegularExpressions;

namespace ModelServing.Inference.Models;

/// <summary>The runtime's messages, for people who can't see its source.</summary>
internal static partial class RuntimeMessage
{
    /// <summary>The message without the places in the runtime's source.</summary>
    internal static string WithoutPlaces(string message) => Place.Replace(message, "").Trim();

    /// <summary>The node that failed, as in <c>Add 'Add_y'</c>; null if the message names none.</summary>
    internal static string? NodeIn(string message) =>
        Node.Match(message) is { Success: true } match ? $"{match.Groups["type"].Value} '{match.Groups["name"].Value}'" : null;

    [GeneratedRegex(@"\S*[/\\]\S+\.(?:h|hh|hpp|c|cc|cpp|cxx|cu|cuh)(?::\d+)?\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Place { get; }

    [GeneratedRegex("running (?<type>[^ ]+) node\\. Name:'(?<name>[^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Node { get; }
}
