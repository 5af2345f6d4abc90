using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;

namespace ModelServing.Router.Rollouts;

/// <summary>Writes what this router knows of the journal into the bucket: within a minute of a change, and once a day without one, because
/// a snapshot must not be older than the journal's list of changes.</summary>
internal sealed class SnapshotSharing(JournalSnapshotKeeper snapshots, TimeProvider time, SharedSnapshot? shared = null) : LoopingService
{
    /// <summary>How often the states are compared with those that were written.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);

    private KnownStates? written;

    /// <summary>Writes the states if they changed, or if they were written too long ago.</summary>
    internal async Task ShareAsync(CancellationToken cancellation)
    {
        if (snapshots.Known is not { } known || (known.States == written?.States && known.Read - written.Read < Longest))
            return;
        using var limit = new TimeLimit(WriteLimit, time, cancellation);
        await shared!.WriteAsync(known, limit.Token);
        written = known;
    }

    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        if (shared is null)
            return;
        await loops.RunAsync(
            "journal-snapshot",
            async token =>
            {
                // Routers that start together do not write together.
                await Task.Delay(Period * (0.5 + Random.Shared.NextDouble()), time, token);
                await ShareAsync(token);
            },
            stopping);
    }
}
