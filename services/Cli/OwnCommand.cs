namespace ModelServing.Cli;

/// <summary>How the user calls this program, for commands in messages: they must work when they are pasted.</summary>
internal static class OwnCommand
{
    /// <summary>The variable in which <c>./dev</c> passes what the user typed.</summary>
    internal const string Variable = "MODELSERVING_COMMAND";

    internal static string Name { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } typed ? typed : "ms";

    /// <summary>Replaces the commands in a message, which all programs and libraries write as <c>'ms status'</c>.</summary>
    internal static string In(string message) => In(message, Name);

    internal static string In(string message, string name) => message.Replace("'ms ", $"'{name} ", StringComparison.Ordinal);

    /// <summary>Writes a text as one word of a shell command.</summary>
    internal static string Word(string text) =>
        text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or ',' or '+' or '=')
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
