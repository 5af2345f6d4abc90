namespace ModelServing.Rollout.Guard;

/// <summary>
/// The history of a routing key when a request with it failed. It determines the copies in which that failure counts: those that started
/// after the key's previous failure on either variant. A customer whose every request fails is therefore one failure in each copy, not
/// thousands; otherwise twenty such customers condemned a good version in 2% of ramps.
/// </summary>
/// <remarks>
/// The previous failure comes from <see cref="FailedKeys"/>, or from a map of the same form in a shared cache: read the key's minute, write
/// the failure's minute, and count the keys in one transaction; then call <see cref="From"/>. If both maps were queried,
/// <see cref="Later"/> combines the answers.
/// </remarks>
public readonly record struct KeyHistory
{
    /// <summary>The most keys that are kept for a trial.</summary>
    public const int MaxKeys = 65_536;

    private KeyHistory(int countsAfter) => CountsAfter = countsAfter;

    /// <summary>The failure counts in the copies that started after this minute; 0 for all copies.</summary>
    public int CountsAfter { get; }

    /// <summary>The request had no routing key, or its key has not failed before: the failure counts in every copy.</summary>
    public static KeyHistory None => default;

    /// <summary>The map is full and has forgotten keys, so it is unknown whether this one failed before. From then on, no failure with a
    /// key counts, for either variant and whether or not its key is in the map: otherwise the two variants would be held to different
    /// rules.</summary>
    public static KeyHistory Forgotten { get; } = new(int.MaxValue);

    /// <summary>Creates the history from the answer of a map.</summary>
    /// <param name="previousMinute">The minute of the key's previous failure on either variant; null if it was not in the map.</param>
    /// <param name="keys">The number of keys in the map, including this one.</param>
    public static KeyHistory From(int? previousMinute, long keys)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keys);
        return keys > MaxKeys ? Forgotten : new KeyHistory(Math.Max(previousMinute ?? 0, 0));
    }

    /// <summary>Combines the histories of two maps.</summary>
    public KeyHistory Later(KeyHistory other) => CountsAfter >= other.CountsAfter ? this : other;
}
