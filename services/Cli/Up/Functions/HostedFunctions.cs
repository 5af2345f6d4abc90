using ModelServing.Cli.Monitoring;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Registry;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// The functions on this machine, and the cloud services around them: it calls ModelMetrics each minute, stores the metrics that it posts,
/// evaluates the alarms on them, delivers their messages to Rollback, and sends ModelLoader an event for each unchecked artifact.
/// </summary>
internal sealed class HostedFunctions : IAsyncDisposable
{
    // The default of every program.
    private const string Environment = "local";

    private static readonly byte[] NoPayload = "{}"u8.ToArray();

    // New in each run, as the operator's key is.
    private readonly string secret = ApiKey.Make();
    private readonly FunctionCaller functions;
    private readonly AlarmDelivery delivery;
    private readonly TimeSpan minute;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly TerminalLoops loops;
    private string? reported;
    private Task working = Task.CompletedTask;
    private SupervisedHost? host;

    /// <summary>Makes the services around the functions. Nothing runs yet.</summary>
    internal HostedFunctions(TimeSpan minute, Terminal terminal, TimeProvider time)
    {
        this.minute = minute;
        this.terminal = terminal;
        this.time = time;
        functions = new FunctionCaller(secret);
        delivery = new AlarmDelivery(Environment, functions, minute, terminal, time);
        loops = new TerminalLoops(terminal, time);
        Monitoring = new LocalMonitoring(ModelAlarms.All, minute, delivery.Send, secret, time, loops);
    }

    /// <summary>The metrics and the alarms.</summary>
    internal LocalMonitoring Monitoring { get; }

    /// <summary>Receives each alarm message to Rollback and its result.</summary>
    internal Action<AlarmTransition, FunctionResult>? Delivered
    {
        set => delivery.Delivered = value;
    }

    /// <summary>Starts the functions' process and the services around it.</summary>
    /// <param name="settings">The settings; the address of the local Monitoring is added.</param>
    /// <param name="start">Starts the process, which reports each change of its address.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="HostFailedException">The process did not start.</exception>
    internal async Task StartAsync(
        FunctionsHostSettings settings,
        Func<FunctionsHostSettings, Action<HostAddress?>, SupervisedHost> start,
        CancellationToken cancellation)
    {
        await Monitoring.StartAsync(cancellation);
        host = start(
            settings with { Environment = Environment, Monitoring = Monitoring.Address, Minute = minute, RunSecret = secret },
            functions.SetAddress);
        await host.Ready.WaitAsync(cancellation);
        var arrivals = new ArtifactArrivals(RegistryLocation.Open(settings.Registry!), functions, terminal, time);
        working = Task.WhenAll(
            loops.RunAsync("alarm messages", delivery.DeliverNextAsync, closing.Token),
            loops.RunAsync("metrics", CallNextMinuteAsync, closing.Token),
            loops.RunAsync("new artifacts", arrivals.LookAndWaitAsync, closing.Token));
    }

    /// <summary>Stops the services, then the process.</summary>
    internal async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        await closing.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (host is not null)
            await host.StopAsync(timeout, kill);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        await Monitoring.DisposeAsync();
        functions.Dispose();
        closing.Dispose();
    }

    // A quarter into each minute, because by then every process has reported the minute before.
    private async Task CallNextMinuteAsync(CancellationToken cancellation)
    {
        var into = TimeSpan.FromTicks(time.GetUtcNow().UtcTicks % minute.Ticks);
        var wait = (minute / 4) - into;
        await Task.Delay(wait > TimeSpan.Zero ? wait : wait + minute, time, cancellation);
        var result = await functions.CallAsync(FunctionName.ModelMetrics, NoPayload, cancellation);
        var fault = result.Succeeded ? null : $"The function ModelMetrics failed: {result.Line}";
        if (fault is not null && fault != reported)
            terminal.Warn(fault);
        reported = fault;
    }
}
