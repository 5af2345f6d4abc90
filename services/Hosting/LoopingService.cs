using Microsoft.Extensions.Hosting;

namespace ModelServing.Hosting;

/// <summary>A host's service that works in the background. All of its work runs in loops of <see cref="HostLoops"/>, so that no exception
/// ends it. The framework's own class would end the process.</summary>
public abstract class LoopingService : BackgroundService
{
    /// <summary>Runs the loops. The host sets it before the service starts.</summary>
    internal HostLoops Loops { get; set; } = HostLoops.Silent;

    /// <summary>Runs until it is canceled, or until all work is done.</summary>
    protected abstract Task RunAsync(HostLoops loops, CancellationToken stopping);

    /// <summary>Reports a failure that the service itself handles, until <see cref="Restore"/>.</summary>
    protected void Degrade(string part, string why) => Loops.Degrade(part, why);

    /// <summary>Reports that the part works again.</summary>
    protected void Restore(string part) => Loops.Restore(part);

    /// <inheritdoc/>
    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunUntilDoneAsync(
        GetType().Name,
        async stopping =>
        {
            // It may fail before it reaches its loops.
            await RunAsync(Loops, stopping);
            return true;
        },
        stoppingToken);
}
