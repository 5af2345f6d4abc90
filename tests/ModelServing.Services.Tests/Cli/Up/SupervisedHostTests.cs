using System.Threading.Channels;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class SupervisedHostTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly Channel<HostAddress?> changes = Channel.CreateUnbounded<HostAddress?>();
    private readonly StandInHosts hosts = new();

    public async ValueTask InitializeAsync() => await hosts.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await hosts.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_host_becomes_ready_prints_and_stops_on_request()
    {
        var host = Start($"echo hello; {StandInHosts.WriteAddress}; cat; echo bye");
        await host.Ready;
        var address = await NextAsync();
        Assert.Equal(hosts.Address, address!.Url);
        await host.StopAsync(TimeSpan.FromMinutes(1), default);
        Assert.Null(await NextAsync());
        Assert.Equal(["fraud v1 | hello", "fraud v1 | bye"], terminal.Lines);
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public async Task A_host_that_ends_before_it_is_ready_is_not_restarted_and_its_reason_is_reported()
    {
        var host = Start("echo '12:34:56.789 FTL it is damaged'; exit 1");
        var e = await Assert.ThrowsAsync<HostFailedException>(() => host.Ready);
        Assert.Equal("fraud v1 did not start: it is damaged (it ended with exit code 1)", e.Message);
        Assert.Equal(1, e.Exit!.Code);
        await host.StopAsync(TimeSpan.FromMinutes(1), default);
        Assert.False(changes.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_missing_program_is_reported()
    {
        var host = Start(new HostProgram(folder.Combine("nothing"), []));
        var e = await Assert.ThrowsAsync<HostFailedException>(() => host.Ready);
        Assert.Contains("nothing can't be started", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_dies_is_removed_restarted_and_added_again()
    {
        var host = Start($"{StandInHosts.WriteAddress}; cat");
        var first = await NextAsync();
        Kill(first!.Process);
        Assert.Null(await NextAsync());
        var second = await NextAsync();
        Assert.NotEqual(first.Process, second!.Process);
        Assert.Contains($"fraud v1 (process {first.Process}) was ended by signal 9 (SIGKILL); it restarts in 0.25 s", terminal.Lines);
        await host.StopAsync(TimeSpan.FromMinutes(1), default);
        Assert.Null(await NextAsync());
    }

    [Fact]
    public async Task A_withdrawn_host_does_not_come_back()
    {
        var host = Start($"{StandInHosts.WriteAddress}; cat");
        var first = await NextAsync();
        host.Withdraw();
        Assert.Null(await NextAsync());
        Kill(first!.Process);
        await terminal.WaitForAsync("restarts");
        await host.StopAsync(TimeSpan.FromMinutes(1), default);
        Assert.False(changes.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_host_that_does_not_stop_is_killed()
    {
        var host = Start($"{StandInHosts.WriteAddress}; while true; do sleep 1; done");
        await host.Ready;
        await host.StopAsync(TimeSpan.FromMilliseconds(50), default);
        Assert.Contains("did not stop within", terminal.Output, StringComparison.Ordinal);

        host = Start($"{StandInHosts.WriteAddress}; while true; do sleep 1; done");
        await host.Ready;
        await host.StopAsync(TimeSpan.FromMinutes(1), new CancellationToken(canceled: true));
    }

    [Fact]
    public async Task A_host_that_is_not_ready_is_killed_at_once_and_waiting_for_it_ends()
    {
        var host = Start("echo started; while true; do sleep 1; done");
        await terminal.WaitForAsync("started");
        await host.StopAsync(TimeSpan.FromMinutes(1), default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Ready);
    }

    [Fact]
    public async Task Settings_come_only_from_this_program()
    {
        Environment.SetEnvironmentVariable("MODELSERVING_UNKNOWN", "x");
        try
        {
            var host = Start("echo $MODELSERVING_MODEL $MODELSERVING_VERSION $MODELSERVING_THREADS $MODELSERVING_UNKNOWN " +
                "$MODELSERVING_STOP_WITH_PARENT $MODELSERVING_LOG_FORMAT");
            await Assert.ThrowsAsync<HostFailedException>(() => host.Ready);
        }
        finally
        {
            Environment.SetEnvironmentVariable("MODELSERVING_UNKNOWN", null);
        }

        Assert.Equal(["fraud v1 | fraud 1 1 true text"], terminal.Lines);
    }

    private SupervisedHost Start(string script) => Start(hosts.Program(script));

    private SupervisedHost Start(HostProgram program) => new(
        "fraud v1",
        program,
        new InferenceSettings { Model = ModelName.Parse("fraud"), Version = new ModelVersion(1), Registry = "file:/nowhere" },
        new HostSupervision(folder.FullPath, new HostLog(terminal.Terminal), terminal.Terminal, TimeProvider.System),
        address => changes.Writer.TryWrite(address));

    private ValueTask<HostAddress?> NextAsync() => changes.Reader.ReadAsync(TestContext.Current.CancellationToken);

    private static void Kill(int process)
    {
        using var victim = System.Diagnostics.Process.GetProcessById(process);
        victim.Kill();
    }
}
