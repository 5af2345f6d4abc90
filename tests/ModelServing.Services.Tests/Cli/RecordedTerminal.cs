using System.Text;
using ModelServing.Cli;

namespace ModelServing.Services.Tests.Cli;

/// <summary>A terminal that records both of its outputs, as if they were redirected.</summary>
internal sealed class RecordedTerminal
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    internal RecordedTerminal(bool json = false) => Terminal = new Terminal(json, new Recording(output), true, new Recording(errors), true);

    internal Terminal Terminal { get; }

    internal string Output => Read(output);

    internal string Errors => Read(errors);

    internal string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Waits until a text has been printed.</summary>
    internal async Task WaitForAsync(string text)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private sealed class Recording(StringBuilder text) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (text)
                text.Append(value);
        }

        public override void Write(string? value)
        {
            lock (text)
                text.Append(value);
        }
    }
}
