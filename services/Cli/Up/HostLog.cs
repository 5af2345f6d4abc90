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

    /// <summary>What prints the lines of the host with <paramref name="label"/>.</summary>
    internal Action<string> Of(string label)
    {
        Style style;
        lock (gate)
        {
            style = new Style(Colors[count++ % Colors.Length]);
            width = Math.Max(width, label.Length);
        }

        return line => terminal.Say(new Paragraph().Append(label.PadRight(Volatile.Read(ref width)), style).Append(" | ", Style.Plain.Decoration(Decoration.Dim)).Append(line));
    }
}
