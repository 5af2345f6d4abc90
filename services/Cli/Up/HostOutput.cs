namespace ModelServing.Cli.Up;

/// <summary>Keeps the line of a host's output that would explain its end.</summary>
internal sealed class HostOutput
{
    private readonly Lock gate = new();
    private string? lastError;
    private string? lastSevere;

    /// <summary>The printed reason of the host's end: the last line on standard error, else the last severe log line.</summary>
    internal string? Reason
    {
        get
        {
            lock (gate)
                return lastError ?? lastSevere;
        }
    }

    internal void TakeOutput(string line)
    {
        // The hosts' text format is: 12:34:56.789 FTL message.
        if (line.Split(' ', 3) is not [{ Length: 12 }, "ERR" or "FTL", var message])
            return;
        lock (gate)
            lastSevere = message;
    }

    internal void TakeError(string line)
    {
        // Skips the stack frames of an exception; the line above them explains it.
        if (string.IsNullOrWhiteSpace(line) || char.IsWhiteSpace(line[0]))
            return;
        lock (gate)
            lastError = line;
    }
}
