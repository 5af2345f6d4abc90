using System.Globalization;
using ModelServing.Contracts;
using Serilog.Events;
using Serilog.Formatting;

namespace ModelServing.Hosting.Logging;

/// <summary>Writes each message on one line, so that no text in it looks like another line or reaches a terminal as a command. An exception
/// follows on lines of its own.</summary>
internal sealed class VisibleTextFormatter(ITextFormatter message) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        message.Format(logEvent, line);
        output.WriteLine(VisibleText.From(line.ToString()));
        if (logEvent.Exception is { } exception)
            output.WriteLine(VisibleText.Lines(exception.ToString()));
    }
}
