namespace ModelServing.Stacks.Preview;

/// <summary><c>./dev preview</c>: renders a stack without an account, and compares it with another commit's.</summary>
internal static class PreviewCommand
{
    private const string NotYet = "not yet: functions, alarms, feature store, prediction log";

    private const string Usage = "usage: ./dev preview --stack NAME [--against COMMIT] [--phase foundation] [--format text|markdown] [--no-color]";

    /// <summary>Runs it; gives the exit code: 0, 1 when the program fails, 2 for a wrong command line.</summary>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        if (Options.Parse(arguments) is not { } options)
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            await RunAsync(options, output);
            return 0;
        }
        catch (Exception exception) when (exception is PreviewException or Pulumi.RunException or AggregateException)
        {
            await error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static async Task RunAsync(Options options, TextWriter output)
    {
        var root = Root();
        var file = Path.Combine(root, $"Pulumi.{options.Stack}.yaml");
        if (!File.Exists(file))
            throw new PreviewException($"--stack {options.Stack}: there is no {Path.GetFileName(file)}");

        var right = await StackSnapshot.RenderAsync(await File.ReadAllTextAsync(file), options.Stack, options.FoundationOnly);
        if (options.Snapshot is { } path)
        {
            await File.WriteAllTextAsync(path, EarlierProgram.Write(right));
            return;
        }

        StackSnapshot? left = null;
        var notes = right.Notes.ToList();
        var title = $"Previewing {options.Stack}";
        if (options.Against is { } reference)
        {
            title += $" against {reference}";
            left = await new EarlierProgram(root).RenderAsync(reference, options.Stack, options.FoundationOnly);
            if (left is null)
                notes.Insert(0, $"{reference} has no such stack: everything is new");
        }

        new PreviewWriter(output, options.Format).Write(title, StackDifference.Of(left, right), left is not null, notes.Append(NotYet));
    }

    /// <summary>The folder of Pulumi.yaml: this program's own, above where it was built.</summary>
    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pulumi.yaml")))
                return folder.FullName;
        }

        throw new PreviewException("there is no Pulumi.yaml above this program");
    }

    private sealed record Options(string Stack, string? Against, bool FoundationOnly, PreviewFormat Format, string? Snapshot)
    {
        internal static Options? Parse(string[] arguments)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < arguments.Length; i++)
            {
                if (arguments[i] is "--no-color")
                    values[arguments[i]] = "";
                else if (arguments[i] is "--stack" or "--against" or "--phase" or "--format" or "--snapshot" && i + 1 < arguments.Length)
                    values[arguments[i]] = arguments[++i];
                else
                    return null;
            }

            var format = values.GetValueOrDefault("--format", "text");
            if (!values.TryGetValue("--stack", out var stack) || format is not ("text" or "markdown") || values.GetValueOrDefault("--phase", "foundation") != "foundation")
                return null;
            var isColoured = !Console.IsOutputRedirected && !values.ContainsKey("--no-color") && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            return new Options(
                stack,
                values.GetValueOrDefault("--against"),
                values.ContainsKey("--phase"),
                format == "markdown" ? PreviewFormat.Markdown : isColoured ? PreviewFormat.Colour : PreviewFormat.Plain,
                values.GetValueOrDefault("--snapshot"));
        }
    }
}
