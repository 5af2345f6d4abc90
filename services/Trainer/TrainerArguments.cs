using System.Diagnostics.CodeAnalysis;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>The trainer's command line.</summary>
/// <param name="Table">The training table of the command <c>train</c>; null for <c>data</c>.</param>
/// <param name="Output">The folder in which to write <c>events.jsonl</c> and <c>rows.csv</c>, or <c>fraud/1</c> and <c>fraud/2</c>.</param>
/// <param name="Settings">The world that <c>data</c> simulates.</param>
internal sealed record TrainerArguments(string? Table, string Output, SimulatorSettings Settings)
{
    internal const string Usage = "the commands are: data --out FOLDER [--small], and train TABLE.parquet [--out FOLDER]";

    /// <summary>Parses the command line. If it returns false, <paramref name="problem"/> has the reason.</summary>
    internal static bool TryParse(
        IReadOnlyList<string> args, [NotNullWhen(true)] out TrainerArguments? arguments, [NotNullWhen(false)] out string? problem)
    {
        arguments = null;
        problem = args is ["data" or "train", ..] ? null : Usage;
        string? output = null;
        string? table = null;
        var settings = SampleDataset.Settings;
        for (var i = 1; i < args.Count; i++)
        {
            if (args[i] == "--out" && i + 1 < args.Count)
                output = args[++i];
            else if (args[i] == "--out")
                problem ??= "--out requires a folder";
            else if (args[i] == "--small" && args[0] == "data")
                settings = settings with { Customers = 200, Terminals = 400 };
            else if (args[0] == "train" && table is null && !args[i].StartsWith('-'))
                table = args[i];
            else
                problem ??= $"unknown argument '{args[i]}'; {Usage}";
        }

        if (args is ["train", ..])
        {
            if (table is null)
                problem ??= $"the training table is missing; {Usage}";
            output ??= FindArtifacts(AppContext.BaseDirectory);
        }

        if (output is null)
            problem ??= $"--out FOLDER is required; {Usage}";
        if (problem is not null)
            return false;

        arguments = new TrainerArguments(table, output!, settings);
        return true;
    }

    private static string? FindArtifacts(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "global.json")))
                return Path.Combine(folder.FullName, "services", "Sample", "Artifacts");
        }

        return null;
    }
}
