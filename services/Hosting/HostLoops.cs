using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Hosting;

/// <summary>Runs a host's background loops. A loop that fails is in the log and in the answer about readiness until it works again, and
/// goes on.</summary>
public sealed class HostLoops
{
    private readonly Readiness? readiness;
    private readonly TimeProvider time;
    private readonly ILogger<HostLoops>? logger;

    public HostLoops(Readiness readiness, TimeProvider time, ILogger<HostLoops> logger)
    {
        this.readiness = readiness;
        this.time = time;
        this.logger = logger;
    }

    private HostLoops(TimeProvider time) => this.time = time;

    /// <summary>Loops that report nothing, for a service outside of a host.</summary>
    internal static HostLoops Silent { get; } = new(TimeProvider.System);

    /// <summary>Runs rounds until it is canceled.</summary>
    /// <param name="name">What the loop does, for messages.</param>
    /// <param name="cancellation">Ends the loop.</param>
    /// <param name="pauses">The waits after failures; null for the usual ones.</param>
    public Task RunAsync(
        string name, Func<CancellationToken, Task> round, CancellationToken cancellation, Backoff? pauses = null) =>
        Create(name, pauses).RunAsync(round, cancellation);

    /// <summary>Runs rounds until one returns true, or until it is canceled.</summary>
    public Task RunUntilDoneAsync(string name, Func<CancellationToken, Task<bool>> round, CancellationToken cancellation) =>
        Create(name).RunUntilDoneAsync(round, cancellation);

    /// <summary>Runs something that goes on until it is canceled, and begins it again whenever it ends in another way.</summary>
    /// <param name="name">What is followed, for messages.</param>
    /// <param name="follow">Gets an action to call after each piece of its work.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public Task FollowAsync(string name, Func<Action, CancellationToken, Task> follow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(follow);
        var loop = Create(name);
        return loop.FollowAsync(token => follow(loop.Succeed, token), cancellation);
    }

    internal void Degrade(string part, string why) => readiness?.Degrade(part, why);

    internal void Restore(string part) => readiness?.Restore(part);

    private SurvivingLoop Create(string name, Backoff? pauses = null) => new(
        time,
        failure =>
        {
            var why = $"{failure.Exception.GetType().Name}: {failure.Exception.Message.ReplaceLineEndings(" ")}";
            Degrade(name, why);
            if (logger is not null)
                LoopLog.Failed(logger, name, failure.Failures, failure.Pause.TotalSeconds, failure.Exception);
        },
        () =>
        {
            Restore(name);
            if (logger is not null)
                LoopLog.Recovered(logger, name);
        },
        pauses);
}

internal static partial class LoopLog
{
    [LoggerMessage(4, LogLevel.Error, "The loop '{Name}' failed {Failures} times in a row; it goes on in {Seconds:0.##} s")]
    internal static partial void Failed(ILogger logger, string name, int failures, double seconds, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "The loop '{Name}' works again")]
    internal static partial void Recovered(ILogger logger, string name);
}
