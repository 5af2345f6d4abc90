using System.Diagnostics.CodeAnalysis;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>What the trainer was asked for on its command line.</summary>
/// <param name="Output">The folder that gets <c>fraud/1</c> and <c>fraud/2</c>.</param>
/// <param name="Settings">The world to simulate.</param>
internal sealed record TrainerArguments(string Output, SimulatorSettings Settings)
{
    /// <summary>Reads the command line; on false <paramref name="problem"/> says what is wrong.</summary>
    internal static bool TryParse(
        IReadOnlyList<string> args, [NotNullWhen(true)] out TrainerArguments? arguments, [NotNullWhen(false)] out string? problem)
    {
        (arguments, problem) = (null, null);
        string? output = null;
        var settings = SampleDataset.Settings;
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--output" && i + 1 < args.Count)
                output = args[++i];
            else if (args[i] == "--output")
                problem ??= "--output needs a folder";
            else if (args[i] == "--small")
                settings = settings with { Customers = 200, Terminals = 400 };
            else
                problem ??= $"'{args[i]}' is not understood; the trainer takes --output FOLDER, and --small for a fifth of the data";
        }

        // A small world's models must not take the place of the committed ones by accident.
        if (output is null && settings != SampleDataset.Settings)
            problem ??= "--small needs --output FOLDER";
        output ??= FindArtifacts(AppContext.BaseDirectory);
        if (output is null)
            problem ??= $"no global.json above {AppContext.BaseDirectory}: give --output FOLDER";
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
