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
    public async Task What_it_reads_prints_and_ends_with_is_handed_on()
    {
        var exit = await Tool.RunAsync(Shell("cat; echo wrong >&2; exit 3"), "a\nb\n", Cancellation);
        Assert.Equal((3, "a,b", "wrong"), (exit!.Code, string.Join(',', exit.Output), string.Join(',', exit.Errors)));
    }

    [Fact]
    public async Task Who_prints_without_end_is_remembered_by_the_end()
    {
        var exit = await Tool.RunAsync(Shell("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done"), "", Cancellation);
        Assert.Equal(("3000", "4999", 2000), (exit!.Output[0], exit.Output[^1], exit.Output.Count));
    }

    [Fact]
    public async Task Without_the_program_there_is_no_exit() => Assert.Null(await Tool.RunAsync(new ProcessStartInfo(folder.Combine("none")), "", Cancellation));

    [Fact]
    public async Task Cancelled_it_is_gone_with_what_it_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are looked up in /proc, which is Linux'");
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

    // One that has ended and was not yet taken notice of has no command.
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
