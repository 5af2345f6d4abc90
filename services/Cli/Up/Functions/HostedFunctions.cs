using ModelServing.Cli.Monitoring;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Registry;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// The functions on this machine, and what the cloud does around them: ModelMetrics is called each minute, what it posts is taken, the
/// alarms are evaluated on it, their messages go to Rollback, and ModelLoader is told of artifacts that nobody has checked.
/// </summary>
internal sealed class HostedFunctions : IAsyncDisposable
{
    // Every program of this machine has it by default.
    private const string Environment = "local";

    private static readonly byte[] NoPayload = "{}"u8.ToArray();

    private readonly FunctionCaller functions = new();
    private readonly AlarmDelivery delivery;
    private readonly TimeSpan minute;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private Task working = Task.CompletedTask;
    private SupervisedHost? host;

    /// <summary>Makes what is around the functions; nothing runs yet.</summary>
    internal HostedFunctions(TimeSpan minute, Terminal terminal, TimeProvider time)
    {
        this.minute = minute;
        this.terminal = terminal;
        this.time = time;
        delivery = new AlarmDelivery(Environment, functions, minute, terminal, time);
        Monitoring = new LocalMonitoring(ModelAlarms.All, minute, delivery.Send, time);
    }

    /// <summary>What is posted, and what fires.</summary>
    internal LocalMonitoring Monitoring { get; }

    /// <summary>Told of each message of an alarm to Rollback, and what came of it.</summary>
    internal Action<AlarmTransition, FunctionCaller.FunctionResult>? Delivered
    {
        set => delivery.Delivered = value;
    }

    /// <summary>Starts the functions' process with these settings and the address of what stands for Monitoring, and all around it.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="start">Starts the process; it tells the address each time that it changes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostFailedException">The process could not be brought up.</exception>
    internal async Task StartAsync(FunctionsHostSettings settings, Func<FunctionsHostSettings, Action<HostAddress?>, SupervisedHost> start, CancellationToken cancellation)
    {
        await Monitoring.StartAsync(cancellation);
        host = start(settings with { Environment = Environment, Monitoring = Monitoring.Address, Minute = minute }, functions.At);
        await host.Ready.WaitAsync(cancellation);
        var arrivals = new ArtifactArrivals(RegistryLocation.Open(settings.Registry!), functions, terminal, time);
        working = Task.WhenAll(delivery.RunAsync(closing.Token), CallEachMinuteAsync(closing.Token), arrivals.RunAsync(closing.Token));
    }

    /// <summary>Stops the timer, then the process.</summary>
    internal async Task StopAsync(TimeSpan patience, CancellationToken kill)
    {
        await closing.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (host is not null)
            await host.StopAsync(patience, kill);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        await Monitoring.DisposeAsync();
        functions.Dispose();
        closing.Dispose();
    }

    // Some time into each minute: what was counted in the one before it is told by then.
    private async Task CallEachMinuteAsync(CancellationToken cancellation)
    {
        string? said = null;
        while (true)
        {
            var into = TimeSpan.FromTicks(time.GetUtcNow().UtcTicks % minute.Ticks);
            var wait = (minute / 4) - into;
            await Task.Delay(wait > TimeSpan.Zero ? wait : wait + minute, time, cancellation);
            var result = await functions.CallAsync(FunctionName.ModelMetrics, NoPayload, cancellation);
            var fault = result.Succeeded ? null : $"The function ModelMetrics did not post a minute: {result.Line}";
            if (fault is not null && fault != said)
                terminal.Warn(fault);
            said = fault;
        }
    }
}
