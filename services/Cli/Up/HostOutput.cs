namespace ModelServing.Cli.Up;

/// <summary>Remembers, of all that a host prints, the line that would explain its end.</summary>
internal sealed class HostOutput
{
    private readonly Lock gate = new();
    private string? lastError;
    private string? lastSevere;

    /// <summary>Why the host ended, as far as it said so: what it wrote to standard error, else its last severe log line.</summary>
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
        // The hosts' text format: 12:34:56.789 FTL message.
        if (line.Split(' ', 3) is not [{ Length: 12 }, "ERR" or "FTL", var message])
            return;
        lock (gate)
            lastSevere = message;
    }

    internal void TakeError(string line)
    {
        // The frames below an exception explain it to a developer; the line above them does to everybody.
        if (string.IsNullOrWhiteSpace(line) || char.IsWhiteSpace(line[0]))
            return;
        lock (gate)
            lastError = line;
    }
}
