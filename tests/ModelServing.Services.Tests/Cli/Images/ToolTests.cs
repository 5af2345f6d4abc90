using System.Diagnostics;
using System.Globalization;
using ModelServing.Cli.Images;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

public sealed class ToolTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Input_output_and_exit_code_are_passed_on()
    {
        var exit = await Tool.RunAsync(Shell("cat; echo wrong >&2; exit 3"), "a\nb\n", Cancellation);
        Assert.Equal((3, "a,b", "wrong"), (exit!.Code, string.Join(',', exit.Output), string.Join(',', exit.Errors)));
    }

    [Fact]
    public async Task Of_endless_output_only_the_last_lines_are_kept()
    {
        var exit = await Tool.RunAsync(Shell("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done"), "", Cancellation);
        Assert.Equal(("3000", "4999", 2000), (exit!.Output[0], exit.Output[^1], exit.Output.Count));
    }

    [Fact]
    public async Task A_missing_program_is_null() =>
        Assert.Null(await Tool.RunAsync(new ProcessStartInfo(folder.Combine("none")), "", Cancellation));

    [Fact]
    public async Task Cancellation_kills_the_program_and_its_children()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test looks processes up in /proc");
        var started = folder.Combine("started");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = Tool.RunAsync(Shell($"sleep 1000 & echo $! > {started}.new; mv {started}.new {started}; wait"), "", stop.Token);
        while (!File.Exists(started))
            await Task.Delay(10, Cancellation);
        var child = int.Parse(await File.ReadAllTextAsync(started, Cancellation), CultureInfo.InvariantCulture);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        while (Runs(child))
            await Task.Delay(10, Cancellation);
    }

    // A zombie process has no command line.
    private static bool Runs(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").StartsWith("sleep", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ProcessStartInfo Shell(string script) => new("sh", ["-c", script]);
}
