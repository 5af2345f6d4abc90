namespace ModelServing.Stacks.Preview;

/// <summary>The names of stack files.</summary>
internal static class StackFiles
{
    private const string Start = "Pulumi.";
    private const string End = ".yaml";

    // `ms up --demo` has the first, and `ms init` makes the second. Neither is an environment.
    private static readonly string[] ForOneMachine = ["demo", "local"];

    internal static string NameOf(string stack) => Start + stack + End;

    /// <summary>The stack that a stack file belongs to; null if it is not a stack file, or that of a stack for one machine.</summary>
    internal static string? StackOf(string file) =>
        file.Length > Start.Length + End.Length
        && file.StartsWith(Start, StringComparison.Ordinal)
        && file.EndsWith(End, StringComparison.Ordinal)
        && file[Start.Length..^End.Length] is var stack
        && !ForOneMachine.Contains(stack)
            ? stack
            : null;

    /// <summary>The stacks that have a file in a folder.</summary>
    internal static IEnumerable<string> In(string folder) =>
        Directory.EnumerateFiles(folder, Start + "*" + End).Select(Path.GetFileName).Select(static name => StackOf(name!)).OfType<string>();
}
