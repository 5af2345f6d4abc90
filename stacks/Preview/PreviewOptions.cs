namespace ModelServing.Stacks.Preview;

/// <summary>The command line of <c>./dev preview</c>.</summary>
/// <param name="Stack">The one stack to show; null for every one.</param>
/// <param name="Against">The commit to compare with; null for none.</param>
/// <param name="FoundationOnly">Show the first of the two applies that an environment is born in.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Out">A folder for a file of each stack that changes; null for none.</param>
/// <param name="Snapshot">Write one stack's snapshot to this file and nothing else: how <see cref="EarlierProgram"/> asks another commit's program.</param>
internal sealed record PreviewOptions(string? Stack, string? Against, bool FoundationOnly, PreviewFormat Format, string? Out, string? Snapshot)
{
    /// <summary>Reads it; null when it is wrong.</summary>
    internal static PreviewOptions? Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is "--no-color")
                values[arguments[i]] = "";
            else if (arguments[i] is "--stack" or "--against" or "--phase" or "--format" or "--out" or "--snapshot" && i + 1 < arguments.Length)
                values[arguments[i]] = arguments[++i];
            else
                return null;
        }

        var format = values.GetValueOrDefault("--format", "text");
        if (format is not ("text" or "markdown") || values.GetValueOrDefault("--phase", "foundation") != "foundation")
            return null;
        if ((values.ContainsKey("--out") && !values.ContainsKey("--against")) || (values.ContainsKey("--snapshot") && !values.ContainsKey("--stack")))
            return null;
        var isColoured = !Console.IsOutputRedirected && !values.ContainsKey("--no-color") && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        return new PreviewOptions(
            values.GetValueOrDefault("--stack"),
            values.GetValueOrDefault("--against"),
            values.ContainsKey("--phase"),
            format == "markdown" ? PreviewFormat.Markdown : isColoured ? PreviewFormat.Colour : PreviewFormat.Plain,
            values.GetValueOrDefault("--out"),
            values.GetValueOrDefault("--snapshot"));
    }
}
