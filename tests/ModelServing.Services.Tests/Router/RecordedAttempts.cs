using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Rollouts;

namespace ModelServing.Services.Tests.Router;

/// <summary>Keeps the first attempts that a router reports.</summary>
internal sealed class RecordedAttempts
{
    private readonly ConcurrentQueue<(Attempt Attempt, AttemptResult Result)> attempts = new();

    internal (Attempt Attempt, AttemptResult Result)[] All => [.. attempts];

    /// <summary>Records what the router reports; the router counts it as well.</summary>
    internal void AddTo(IServiceCollection services) => services.AddSingleton<AttemptObserver>(provider =>
    {
        var report = provider.GetRequiredService<AttemptReport>();
        return (Attempt attempt, in AttemptResult result) =>
        {
            report.Add(attempt, result);
            if (attempt.IsReported)
                attempts.Enqueue((attempt, result));
        };
    });
}
