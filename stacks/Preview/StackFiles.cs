namespace ModelServing.Stacks.Preview;

/// <summary>The names of stack files.</summary>
internal static class StackFiles
{
    private const string Before = "Pulumi.";
    private const string After = ".yaml";

    /// <summary>The file of a stack.</summary>
    internal static string NameOf(string stack) => Before + stack + After;

    /// <summary>The stack that a file is of; null when it is of none.</summary>
    internal static string? StackOf(string file) =>
        file.StartsWith(Before, StringComparison.Ordinal) && file.EndsWith(After, StringComparison.Ordinal) && file.Length > Before.Length + After.Length
            ? file[Before.Length..^After.Length]
            : null;

    /// <summary>The stacks that have a file in a folder.</summary>
    internal static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(folder, Before + "*" + After).Select(Path.GetFileName).Select(static name => StackOf(name!)).OfType<string>();
}
