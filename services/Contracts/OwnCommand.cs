namespace ModelServing.Contracts;

/// <summary>How the user calls <c>ms</c>, for commands in messages: they must work when they are pasted. Programs that <c>ms</c> starts
/// find it in their environment too.</summary>
public static class OwnCommand
{
    /// <summary>The variable in which <c>./dev</c> passes what the user typed.</summary>
    public const string Variable = "MODELSERVING_COMMAND";

    private const string Ms = "ms";

    // The script has a command of its own for it.
    private const string OfScript = "/dev " + Ms;

    public static string Name { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } typed ? typed : Ms;

    /// <summary>The command that runs the platform on this machine.</summary>
    public static string Up { get; } = UpOf(Name);

    /// <summary>Replaces the commands in a message, which all programs and libraries write as <c>'ms status'</c>.</summary>
    public static string In(string message) => In(message, Name);

    public static string In(string message, string name)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message
            .Replace("'ms up'", $"'{UpOf(name)}'", StringComparison.Ordinal)
            .Replace("'ms up ", $"'{UpOf(name)} ", StringComparison.Ordinal)
            .Replace("'ms ", $"'{name} ", StringComparison.Ordinal);
    }

    /// <summary>Writes a text as one word of a shell command.</summary>
    public static string Word(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0
            && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or ',' or '+' or '=')
                ? text
                : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static string UpOf(string name) =>
        (name.EndsWith(OfScript, StringComparison.Ordinal) ? name[..^(Ms.Length + 1)] : name) + " up";
}
