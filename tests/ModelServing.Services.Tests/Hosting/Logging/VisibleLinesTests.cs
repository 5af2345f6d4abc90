using System.Globalization;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Hosting.Logging;
using Serilog.Events;
using Serilog.Parsing;

namespace ModelServing.Services.Tests.Hosting.Logging;

public class VisibleLinesTests
{
    private const string Hostile = "x\r\n12:00:00.000 ERR forged\u001b[2J\u009b2J\u202e\u2028";

    [Fact]
    public void A_line_of_text_is_one_line_without_anything_that_a_terminal_obeys()
    {
        var text = Write(LogFormat.Text, null);
        const string Line = "10:00:00.000 WRN it is x\uFFFD\uFFFD12:00:00.000 ERR forged\uFFFD[2J\uFFFD2J\uFFFD\uFFFD";
        Assert.Equal(Line + Environment.NewLine, text);
    }

    [Fact]
    public void An_exception_keeps_its_lines_and_nothing_else()
    {
        var text = Write(LogFormat.Text, new InvalidOperationException("a\u001b[2J\nb"));
        Assert.Contains("System.InvalidOperationException: a\uFFFD[2J\nb", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_JSON_holds_the_same_text_escaped()
    {
        var line = Write(LogFormat.Json, new InvalidOperationException(Hostile));
        Assert.Single(line, static c => c == '\n');
        Assert.DoesNotContain(line.TrimEnd(), static c => char.IsControl(c) || c is '\u202e' or '\u2028');
        using var read = JsonDocument.Parse(line);
        Assert.Equal(Hostile, read.RootElement.GetProperty("What").GetString());
    }

    private static string Write(LogFormat format, Exception? exception)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        Logs.FormatterOf(format).Format(
            new LogEvent(
                new DateTimeOffset(2026, 11, 28, 10, 0, 0, TimeSpan.Zero),
                LogEventLevel.Warning,
                exception,
                new MessageTemplateParser().Parse("it is {What}"),
                [new LogEventProperty("What", new ScalarValue(Hostile))]),
            output);
        return output.ToString();
    }
}
