using System.Diagnostics.CodeAnalysis;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>The trainer's command line.</summary>
/// <param name="Output">The folder in which to write <c>fraud/1</c> and <c>fraud/2</c>.</param>
/// <param name="Settings">The world to simulate.</param>
internal sealed record TrainerArguments(string Output, SimulatorSettings Settings)
{
    /// <summary>Parses the command line. If it returns false, <paramref name="problem"/> has the reason.</summary>
    internal static bool TryParse(
        IReadOnlyList<string> args, [NotNullWhen(true)] out TrainerArguments? arguments, [NotNullWhen(false)] out string? problem)
    {
        arguments = null;
        problem = null;
        string? output = null;
        var settings = SampleDataset.Settings;
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--output" && i + 1 < args.Count)
                output = args[++i];
            else if (args[i] == "--output")
                problem ??= "--output requires a folder";
            else if (args[i] == "--small")
                settings = settings with { Customers = 200, Terminals = 400 };
            else
                problem ??= $"unknown argument '{args[i]}'; the trainer accepts --output FOLDER, and --small for a fifth of the data";
        }

        // Models of a small world must not replace the committed ones by accident.
        if (output is null && settings != SampleDataset.Settings)
            problem ??= "--small requires --output FOLDER";
        output ??= FindArtifacts(AppContext.BaseDirectory);
        if (output is null)
            problem ??= $"there is no global.json above {AppContext.BaseDirectory}, so --output FOLDER is required";
        if (problem is not null)
            return false;

        arguments = new TrainerArguments(output!, settings);
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
