namespace ModelServing.Rollout.Guard;

/// <summary>The routing keys that failed in this trial, each with the minute of its last failure on any variant. All variants of a rollout
/// share one map; at most <see cref="KeyHistory.MaxKeys"/> keys, about 2 MB. Thread-safe.</summary>
public sealed class FailedKeys
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, int> minutes = [];
    private bool isFull;

    /// <summary>Whether the map is full. It then stays full for the trial, and failures with a routing key no longer count.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
                return isFull;
        }
    }

    /// <summary>Records that a request with this key failed, and returns the key's earlier history.</summary>
    /// <param name="key">The routing key's hash.</param>
    /// <param name="minute">The minute of the trial, from 1.</param>
    public KeyHistory Failed(ulong key, int minute)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minute, 1);
        lock (gate)
        {
            if (isFull)
                return KeyHistory.Forgotten;
            if (minutes.TryGetValue(key, out var previous))
            {
                minutes[key] = Math.Max(previous, minute);
                return KeyHistory.From(previous, minutes.Count);
            }

            if (minutes.Count == KeyHistory.MaxKeys)
            {
                isFull = true;
                minutes.Clear();
                minutes.TrimExcess();
                return KeyHistory.Forgotten;
            }

            minutes.Add(key, minute);
            return KeyHistory.None;
        }
    }
}
