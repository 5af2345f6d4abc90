namespace ModelServing.Cli.Rollouts;

/// <summary>A row of values as one row of block characters, from nothing to the highest value.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <param name="values">The values, none below 0; null is a gap.</param>
    internal static string Draw(IReadOnlyList<double?> values)
    {
        var highest = values.Max() ?? 0;
        return string.Concat(values.Select(value => value is not { } number ? ' '
            : highest <= 0 ? Levels[0]
            : Levels[(int)Math.Min(Levels.Length - 1, number / highest * Levels.Length)]));
    }

    /// <summary>Half as many values: each is made of two neighbours.</summary>
    internal static IReadOnlyList<double?> Halve(IReadOnlyList<double?> values, Func<IEnumerable<double?>, double?> join) =>
        [.. values.Chunk(2).Select(pair => join(pair))];
}
