using ModelServing.Cli.Up;

namespace ModelServing.Services.Tests.Cli.Up;

public class HostLogTests
{
    [Fact]
    public void Each_line_has_its_hosts_label_in_front_and_is_not_broken()
    {
        var terminal = new RecordedTerminal();
        var log = new HostLog(terminal.Terminal);
        var (fraud, router) = (log.WriterFor("fraud v1"), log.WriterFor("router"));
        var line = string.Join(' ', Enumerable.Repeat("[long]", 500));
        router(line);
        fraud("");
        Assert.Equal([$"router   | {line}", "fraud v1 | "], terminal.Lines);
    }

    [Fact]
    public void A_host_that_logs_each_minute_prints_only_warnings_and_errors()
    {
        var terminal = new RecordedTerminal();
        var functions = new HostLog(terminal.Terminal).WriterFor("functions", onlyFaults: true);
        functions("12:34:56.789 INF called");
        functions("12:34:56.789 WRN slow");
        Assert.Equal(["functions | 12:34:56.789 WRN slow"], terminal.Lines);
    }

    [Fact]
    public async Task All_output_becomes_lines()
    {
        Assert.Equal(["a", "", "b", "no end"], await ReadAsync("a\n\r\nb\r\nno end"));
        Assert.Empty(await ReadAsync(""));
    }

    [Fact]
    public async Task An_endless_line_is_passed_on_in_pieces()
    {
        var text = new string('x', (2 * OutputLines.MaxLength) + 5);
        var lines = await ReadAsync(text + "\ny\n");
        Assert.Equal([OutputLines.MaxLength, OutputLines.MaxLength, 5, 1], lines.Select(static line => line.Length));
    }

    [Fact]
    public async Task A_host_can_not_move_the_cursor() => Assert.Equal(["a [2Jb c"], await ReadAsync("a\u001b[2Jb\tc\n"));

    [Fact]
    public void The_reason_of_an_end_is_standard_error_else_the_last_severe_line()
    {
        var output = new HostOutput();
        output.TakeOutput("12:34:56.789 INF inference listens");
        output.TakeOutput("something else");
        Assert.Null(output.Reason);
        output.TakeOutput("12:34:56.789 FTL it is damaged");
        output.TakeOutput("12:34:56.790 INF Stopping");
        Assert.Equal("it is damaged", output.Reason);
        output.TakeError("Unhandled exception. System.IO.IOException: full");
        output.TakeError("   at Program.Main()");
        output.TakeError("");
        Assert.Equal("Unhandled exception. System.IO.IOException: full", output.Reason);
    }

    private static async Task<List<string>> ReadAsync(string text)
    {
        var lines = new List<string>();
        await OutputLines.ReadAsync(new StringReader(text), lines.Add);
        return lines;
    }
}
