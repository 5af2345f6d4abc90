namespace ModelServing.Cli.Rollouts;

/// <summary>The form of a status for people.</summary>
/// <param name="Width">The columns of the terminal.</param>
/// <param name="HasSparklines">Whether the output is a terminal that shows block characters.</param>
/// <param name="Options">The options of the command line, for commands that the report prints; empty or with a space first.</param>
internal sealed record ReportForm(int Width, bool HasSparklines, string Options = "")
{
    // For sparklines of 60 columns, one for each minute, and what is beside them.
    private const int WideEnough = 110;

    internal bool IsWide => Width >= WideEnough;

    internal static ReportForm For(Terminal terminal, string options) => new(
        terminal.Messages.Profile.Width, terminal.IsInteractive && terminal.Messages.Profile.Capabilities.Unicode, options);
}
