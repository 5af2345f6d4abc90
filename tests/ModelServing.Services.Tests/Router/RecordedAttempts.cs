using System.Collections.Concurrent;
using ModelServing.Router.Observing;

namespace ModelServing.Services.Tests.Router;

/// <summary>Keeps the first attempts that a router reports.</summary>
internal sealed class RecordedAttempts : IAttemptObserver
{
    private readonly ConcurrentQueue<FirstAttempt> attempts = new();

    internal FirstAttempt[] All => [.. attempts];

    public void Observe(in FirstAttempt attempt) => attempts.Enqueue(attempt);
}
