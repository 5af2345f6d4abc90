using System.Text.RegularExpressions;

namespace ModelServing.Runtime;

/// <summary>The runtime's messages, for people who can't see its source.</summary>
public static partial class RuntimeMessage
{
    /// <summary>The message without the places in the runtime's source: files, lines and functions.</summary>
    public static string WithoutPlaces(string message) => Place.Replace(message, "").Trim();

    /// <summary>The node that failed, as in <c>Add 'Add_y'</c>; null if the message names none.</summary>
    public static string? NodeIn(string message) =>
        Node.Match(message) is { Success: true } match ? $"{match.Groups["type"].Value} '{match.Groups["name"].Value}'" : null;

    /// <summary>Whether the runtime did not get the memory that it asked for.</summary>
    public static bool IsAboutMemory(string message) =>
        message.Contains("bad_alloc", StringComparison.Ordinal) || message.Contains("bad allocation", StringComparison.Ordinal) ||
        message.Contains("Failed to allocate memory", StringComparison.Ordinal);

    // A file with its folder or a line, and what the compiler calls the function there.
    [GeneratedRegex(
        @"(?:\S*[/\\]\S+\.(?:h|hh|hpp|c|cc|cpp|cxx|cu|cuh)\b(?::\d+)?|\S+\.(?:h|hh|hpp|c|cc|cpp|cxx|cu|cuh):\d+)\s*" +
        @"(?:[^()\r\n]*::[^()\r\n]*\((?>[^()]|\([^()]*\))*\)(?: const)?\s*)?",
        RegexOptions.CultureInvariant)]
    private static partial Regex Place { get; }

    [GeneratedRegex("running (?<type>[^ ]+) node\\. Name:'(?<name>[^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Node { get; }
}
