using System.Globalization;
using ModelServing.Contracts;
using Serilog.Events;
using Serilog.Formatting;

namespace ModelServing.Hosting.Logging;

/// <summary>Writes lines of JSON in which characters that a terminal would obey are escaped.</summary>
internal sealed class VisibleJsonFormatter(ITextFormatter json) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        json.Format(logEvent, line);
        output.Write(VisibleText.Json(line.ToString()));
    }
}
