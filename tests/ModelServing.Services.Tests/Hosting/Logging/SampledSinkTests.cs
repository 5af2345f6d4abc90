using ModelServing.Hosting.Logging;
using ModelServing.TestKit;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace ModelServing.Services.Tests.Hosting.Logging;

public class SampledSinkTests
{
    private readonly SteppedTime time = new();
    private readonly Lines written = new();

    [Fact]
    public void Of_a_flood_of_one_kind_the_first_lines_are_written_and_then_some_and_the_rest_are_counted()
    {
        using var sink = new SampledSink(written, time);
        Write(sink, "bad request {Id}", 1000);
        Assert.Equal(SampledSink.Burst, written.Count("bad request"));
        // Another kind has its own room.
        Write(sink, "something else", 1);
        Assert.Equal(1, written.Count("something else"));

        time.Advance(SampledSink.Pause * 3);
        Write(sink, "bad request {Id}", 1000);
        Assert.Equal(SampledSink.Burst + 3, written.Count("bad request {Id}"));

        time.Advance(SampledSink.ReportAfter);
        Assert.Equal(["1897 lines like this were left out: \"bad request {Id}\""], written.Reports);
        Write(sink, "bad request {Id}", 5);
        time.Advance(SampledSink.ReportAfter);
        Assert.Single(written.Reports);
    }

    [Fact]
    public void The_end_reports_what_is_left_and_fatal_lines_are_never_left_out()
    {
        using (var sink = new SampledSink(written, time))
        {
            Write(sink, "end {Id}", 200, LogEventLevel.Fatal);
            Write(sink, "warning {Id}", SampledSink.Burst + 1);
        }

        Assert.Equal(200, written.Count("end"));
        Assert.Equal(["1 lines like this were left out: \"warning {Id}\""], written.Reports);
    }

    [Fact]
    public void Messages_that_are_made_of_values_take_bounded_memory_and_room()
    {
        using var sink = new SampledSink(written, time);
        for (var i = 0; i < 10_000; i++)
            Write(sink, $"value {i}", 1);
        Assert.InRange(written.Count("value"), 1, 2000 + SampledSink.Burst);
    }

    private static void Write(SampledSink sink, string message, int count, LogEventLevel level = LogEventLevel.Information)
    {
        var template = new MessageTemplateParser().Parse(message);
        for (var i = 0; i < count; i++)
        {
            sink.Emit(new LogEvent(
                DateTimeOffset.UnixEpoch, level, null, template, [new LogEventProperty("Id", new ScalarValue(i))]));
        }
    }

    private sealed class Lines : ILogEventSink
    {
        private readonly List<LogEvent> all = [];

        internal IEnumerable<string> Reports => all.Select(static line => line.RenderMessage(null))
            .Where(static line => line.Contains("left out", StringComparison.Ordinal));

        public void Emit(LogEvent logEvent) => all.Add(logEvent);

        internal int Count(string message) =>
            all.Count(line => line.MessageTemplate.Text.StartsWith(message, StringComparison.Ordinal));
    }
}
