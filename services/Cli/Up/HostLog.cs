using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>Prints what the hosts print, each line with its host's label in front: <c>fraud v1 | 12:34:56.789 INF ...</c>.</summary>
internal sealed class HostLog(Terminal terminal)
{
    // Told apart on dark and on light ground; red is for what went wrong.
    private static readonly Color[] Colors = [Color.Teal, Color.Olive, Color.Purple, Color.Blue, Color.Green, Color.Navy];

    private readonly Lock gate = new();
    private int count;
    private int width;

    // As the hosts' logs have it, after the time.
    private const string Remark = " INF ";

    /// <summary>What prints the lines of the host with <paramref name="label"/>.</summary>
    /// <param name="label">The host, as it is shown.</param>
    /// <param name="onlyFaults">Leaves out what is no warning and no error: of a host that says something each minute.</param>
    internal Action<string> WriterFor(string label, bool onlyFaults = false)
    {
        Style style;
        lock (gate)
        {
            style = new Style(Colors[count++ % Colors.Length]);
            width = Math.Max(width, label.Length);
        }

        return line =>
        {
            if (!onlyFaults || !line.Contains(Remark, StringComparison.Ordinal))
                Say(line);
        };

        void Say(string line) => terminal.Say(new Paragraph().Append(label.PadRight(Volatile.Read(ref width)), style).Append(" | ", Style.Plain.Decoration(Decoration.Dim)).Append(line));
    }
}
