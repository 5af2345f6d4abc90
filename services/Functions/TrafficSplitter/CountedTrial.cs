using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>What this container counts of one trial. It writes the counts into a slot of the cache, on top of those that the slot had when
/// the container took it.</summary>
/// <param name="trial">The version and its trial.</param>
/// <param name="firstSeen">When this container first served it. It counts as the trial's start until the journal reports that.</param>
internal sealed class CountedTrial(VersionTrial trial, DateTimeOffset firstSeen)
{
    // Longer than the pauses between the calls of a container that gets any, and short enough that few slots are left over.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    // While the cache is unavailable, counts wait. Beyond this, they wait only in the slot that the container has.
    private const int MostUnwritten = 4096;

    private readonly ulong hash = ClientGroups.HashOf(trial.Model, trial.Version, trial.Trial);
    private readonly List<(int Group, Observation? Observation)> unwritten = [];
    private ClientRecorder recorder = new();
    private ClientCounts taken = ClientCounts.Empty;
    private CountSlot? slot;
    private bool isUncertain;

    internal VersionTrial Trial => trial;

    internal FailedKeys FailedKeys { get; } = new();

    /// <summary>When the trial began.</summary>
    internal DateTimeOffset StartedAt { get; set; } = firstSeen;

    internal int MinuteAt(DateTimeOffset now) =>
        (int)Math.Clamp(((now - StartedAt).Ticks / TimeSpan.TicksPerMinute) + 1, 1, int.MaxValue / 2);

    internal int GroupOf(ulong clientHash) => ClientGroups.GroupOf(clientHash, hash);

    /// <summary>Counts a request of a group, and what its first attempt shows, if anything.</summary>
    internal void Add(int group, Observation? observation)
    {
        if (unwritten.Count == MostUnwritten)
            unwritten.Clear();
        unwritten.Add((group, observation));
        Record(group, observation);
    }

    /// <summary>Writes everything that was counted. Written again, it changes nothing.</summary>
    /// <exception cref="CacheException">It may not be written; the next call writes it.</exception>
    internal async Task WriteAsync(CountSlots slots, DateTimeOffset now)
    {
        while (true)
        {
            if (slot is null)
            {
                slot = await slots.TakeAsync(now, Lease, CancellationToken.None);
                taken = Parse(slot.Counts);
            }

            isUncertain = true;
            var isWritten = await slots.WriteAsync(
                slot, ClientCounts.Sum([taken, recorder.Read()]).ToBytes(), now + Lease, CancellationToken.None);
            isUncertain = false;
            if (isWritten)
            {
                unwritten.Clear();
                return;
            }

            Leave();
        }
    }

    // Another container has gone on from this one's counts. What may be among them already is not counted again, for any variant.
    private void Leave()
    {
        slot = null;
        recorder = new ClientRecorder();
        foreach (var (group, observation) in unwritten)
            Record(group, observation);
    }

    /// <summary>Forgets what may or may not have been written, before something else is counted.</summary>
    internal void Settle()
    {
        if (isUncertain)
            unwritten.Clear();
        isUncertain = false;
    }

    private void Record(int group, Observation? observation)
    {
        recorder.Requested(group);
        if (observation is { } seen)
            recorder.Record(group, seen);
    }

    // Counts in the format of another program version are left out.
    private static ClientCounts Parse(ReadOnlyMemory<byte> counts)
    {
        try
        {
            return counts.IsEmpty ? ClientCounts.Empty : ClientCounts.Parse(counts.Span);
        }
        catch (ContractException)
        {
            return ClientCounts.Empty;
        }
    }
}
