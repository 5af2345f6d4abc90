namespace ModelServing.Cli.Up;

/// <summary>Splits a process's output into lines, in bounded memory.</summary>
internal static class OutputLines
{
    /// <summary>A longer line is passed on in pieces of this many characters.</summary>
    internal const int MaxLength = 8 * 1024;

    /// <summary>Passes on every line until the end. A slow receiver slows the process down; nothing is dropped.</summary>
    internal static async Task ReadAsync(TextReader reader, Action<string> take)
    {
        var buffer = new char[MaxLength];
        var length = 0;
        while (await reader.ReadAsync(buffer.AsMemory(length)) is var count and > 0)
        {
            length += count;
            var start = 0;
            while (Array.IndexOf(buffer, '\n', start, length - start) is var end and >= 0)
            {
                take(Clean(buffer.AsSpan(start, end - start)));
                start = end + 1;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            if (length < buffer.Length)
                continue;
            take(Clean(buffer));
            length = 0;
        }

        if (length > 0)
            take(Clean(buffer.AsSpan(0, length)));
    }

    // A process must not be able to move the cursor or to colour other output.
    private static string Clean(ReadOnlySpan<char> line) =>
        string.Create(line.TrimEnd('\r').Length, line, static (text, line) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = char.IsControl(line[i]) ? ' ' : line[i];
        });
}
