using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Jobs;

/// <summary>Prints a report on standard output, for programs or for people.</summary>
internal static class ReportOutput
{
    /// <summary>Prints JSON. What a terminal would obey is escaped, so it has the same meaning.</summary>
    internal static void Print(string json, TextWriter? output = null) => (output ?? Console.Out).WriteLine(VisibleText.Json(json));

    /// <summary>Prints lines of Spectre's markup, without characters that a terminal would obey.</summary>
    internal static void Print(IEnumerable<string> lines)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        // A line in a file or a pipe has no terminal width to fit.
        if (Console.IsOutputRedirected)
            console.Profile.Width = 1000;
        foreach (var line in lines)
            console.MarkupLine(VisibleText.From(line));
    }
}
