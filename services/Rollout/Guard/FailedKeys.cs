namespace ModelServing.Rollout.Guard;

/// <summary>The routing keys that failed in this attempt, each with the minute of its last failure on whichever variant. One map for all
/// variants of a rollout; at most <see cref="KeyHistory.MaxKeys"/> keys, about 2 MB. Safe for any number of threads.</summary>
public sealed class FailedKeys
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, int> minutes = [];
    private bool isFull;

    /// <summary>Once true it stays so for the attempt: no failure with a routing key counts any more.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
                return isFull;
        }
    }

    /// <summary>Remembers that a request with this key has failed, and says what was known of the key before.</summary>
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
