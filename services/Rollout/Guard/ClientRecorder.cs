namespace ModelServing.Rollout.Guard;

/// <summary>Counts, in one router and one trial, first attempts as <see cref="GuardRecorder"/> does, and the failures of each group of
/// clients apart. Thread-safe.</summary>
public sealed class ClientRecorder
{
    private readonly GuardRecorder all = new();
    private readonly GuardRecorder?[] groups = new GuardRecorder?[ClientGroups.Count];
    private readonly long[] requests = new long[ClientGroups.Count];
    private readonly Lock gate = new();

    /// <inheritdoc cref="GuardRecorder.LeftOut"/>
    public long LeftOut => all.LeftOut;

    /// <summary>Counts a request of a group, to whichever variant.</summary>
    public void Requested(int group) => Interlocked.Increment(ref requests[group]);

    /// <summary>Counts a first attempt.</summary>
    /// <param name="group">The group of the client that sent the request.</param>
    /// <param name="observation">The attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The minute is not a possible minute of a trial.</exception>
    public void Record(int group, in Observation observation)
    {
        if (!observation.IsFailure)
        {
            all.Record(observation);
            return;
        }

        // Both counts change together, so a group's counts never exceed those of all.
        lock (gate)
        {
            if (all.Record(observation))
                (groups[group] ??= new GuardRecorder()).Record(observation);
        }
    }

    /// <summary>Returns everything that was counted so far.</summary>
    public ClientCounts Read()
    {
        lock (gate)
        {
            var counts = new SortedList<int, GuardCounts>();
            for (var group = 0; group < groups.Length; group++)
            {
                if (groups[group] is { } recorder)
                    counts.Add(group, recorder.Read());
            }

            return new ClientCounts(all.Read(), counts, Array.ConvertAll(requests, static count => Math.Max(0, count)));
        }
    }
}
