namespace ModelServing.TestKit.Mutants;

/// <summary>A small change that breaks the product, and the tests that should notice it.</summary>
/// <param name="Area">The name of its file in <c>tests/Mutants</c>, without the ending.</param>
/// <param name="Project">The project file, from the root of the repository.</param>
/// <param name="File">The source file, from the root of the repository.</param>
/// <param name="Name">What breaks.</param>
/// <param name="Find">The text that is replaced. It occurs once in the file.</param>
/// <param name="Put">The text in its place.</param>
/// <param name="Tests">The test classes that should notice it, with as much of their namespace as tells them apart.</param>
/// <param name="Survives">Why no test notices it; null if one should.</param>
public sealed record Mutation(
    string Area, string Project, string File, string Name, string Find, string Put, IReadOnlyList<string> Tests, string? Survives)
{
    /// <summary>Returns the changed source.</summary>
    /// <exception cref="InvalidDataException">The text does not occur once.</exception>
    public string Apply(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var at = source.IndexOf(Find, StringComparison.Ordinal);
        if (at < 0)
            throw new InvalidDataException($"{this}: the text to find is not in the file");
        if (source.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidDataException($"{this}: the text to find occurs more than once");
        return source[..at] + Put + source[(at + Find.Length)..];
    }

    public override string ToString() => $"{File}: {Name}";
}
