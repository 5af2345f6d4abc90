using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>Prints the output of the hosts, each line with its host's label in front: <c>fraud v1 | 12:34:56.789 INF ...</c>.</summary>
internal sealed class HostLog(Terminal terminal)
{
    // Distinguishable on a dark and on a light background; red is for errors.
    private static readonly Color[] Colors = [Color.Teal, Color.Olive, Color.Purple, Color.Blue, Color.Green, Color.Navy];

    // The level of informational lines in the hosts' text format.
    private const string Information = " INF ";

    private readonly Lock gate = new();
    private int count;
    private int width;

    /// <summary>Makes the printer of a host's lines.</summary>
    /// <param name="label">The label of the host.</param>
    /// <param name="onlyFaults">Omits everything below warning, for a host that logs each minute.</param>
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
            if (!onlyFaults || !line.Contains(Information, StringComparison.Ordinal))
                Say(line);
        };

        void Say(string line) => terminal.Say(new Paragraph()
            .Append(label.PadRight(Volatile.Read(ref width)), style)
            .Append(" | ", Style.Plain.Decoration(Decoration.Dim))
            .Append(line));
    }
}
