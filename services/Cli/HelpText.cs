using System.CommandLine;
using System.CommandLine.Help;

namespace ModelServing.Cli;

/// <summary>Fits help to the terminal. A command's own help has its whole description; the list of commands has the first paragraph of
/// each.</summary>
internal static class HelpText
{
    /// <summary>The width of help in a pipe, which most readers show on a terminal again.</summary>
    internal const int PipeWidth = 80;

    /// <param name="root">The command that has the option <c>--help</c>.</param>
    /// <param name="asked">The command whose help may be printed.</param>
    /// <param name="width">Columns; null for those of the terminal.</param>
    internal static void Fit(RootCommand root, Command asked, int? width)
    {
        if (width is { } columns && root.Options.OfType<HelpOption>().Single().Action is HelpAction help)
            help.MaxWidth = columns;
        foreach (var listed in asked.Subcommands)
            listed.Description = Paragraphs(listed.Description).FirstOrDefault();
        asked.Description = string.Join("\n\n", Paragraphs(asked.Description));
    }

    // Long descriptions have line breaks in the code. The library would keep them, and break the longer lines again.
    private static IEnumerable<string> Paragraphs(string? description) =>
        (description ?? "").Replace("\r", "", StringComparison.Ordinal).Split("\n\n")
            .Select(static paragraph => paragraph.Replace('\n', ' '));
}
